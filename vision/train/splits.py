"""Which recordings a fold keeps back. People return and frames repeat within a
recording, so a fold never splits one."""

ALL = "all"


def held_out(fold: str, cameras: dict[str, str]) -> set[str]:
    """The recordings that `fold` keeps back for measuring.

    "all" keeps none back; "2:0" is every second recording in order of name,
    beginning with the first (so "2:0" and "2:1" together cover all of them);
    "camera:NAME" is everything from one camera.
    """
    names = sorted(cameras)
    if fold == ALL:
        return set()
    kind, _, rest = fold.partition(":")
    if kind == "camera":
        chosen = {n for n in names if cameras[n] == rest}
        if not chosen:
            known = ", ".join(sorted(set(cameras.values())))
            raise ValueError(f"cannot use fold {fold}: cameras are {known}")
        return chosen
    if not (kind.isdigit() and rest.isdigit() and int(rest) < int(kind)):
        raise ValueError(f'cannot use fold {fold}: give all, "N:K" or "camera:NAME"')
    return {n for i, n in enumerate(names) if i % int(kind) == int(rest)}
