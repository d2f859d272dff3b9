#!/bin/sh
# make.sh makes the pages' fonts from Debian's Noto packages: all of Latin,
# Arabic and Devanagari that the eight languages need, and of Chinese what the
# catalogues use. Run it after a catalogue got a character that it never had;
# a test says when. It writes glyphs.txt, the characters each font has.
#
#   apt-get install fonttools python3-brotli fonts-noto-core fonts-noto-cjk
set -eu
cd "$(dirname "$0")"

latin="U+0020-007E,U+00A0-017F,U+2010-2027,U+202F,U+2032,U+2033,U+20AC,U+2190-2193,U+2212,U+2260,U+2264,U+2265,U+00D7,U+2713"
arabic="U+0600-060C,U+060F,U+061B,U+061F,U+0620-0652,U+0660-066C,U+200C-200F"
devanagari="U+0900-097F,U+200C,U+200D,U+25CC"
# What is no Latin, Arabic or Devanagari in the catalogues is Chinese.
chinese=$(cat ../words.*.json ../staff.*.json | /usr/bin/python3 -c '
import sys
used = {ord(c) for c in sys.stdin.read()}
print(",".join(f"U+{c:04X}" for c in sorted(used) if c >= 0x2E80))')

# subset NAME WEIGHT RANGE FONT [NUMBER]
subset() {
	pyftsubset "$4" --font-number="${5:-0}" --unicodes="$3" --layout-features='*' \
		--flavor=woff2 --no-hinting --desubroutinize --output-file="$1-$2.woff2"
}

noto=/usr/share/fonts/truetype/noto
cjk=/usr/share/fonts/opentype/noto
simplified=2 # the face for Simplified Chinese in Debian's collection
for weight in 400 700; do
	style=Regular
	[ $weight = 700 ] && style=Bold
	subset latin $weight "$latin" $noto/NotoSans-$style.ttf
	subset arabic $weight "$arabic" $noto/NotoSansArabic-$style.ttf
	subset devanagari $weight "$devanagari" $noto/NotoSansDevanagari-$style.ttf
	subset chinese $weight "$chinese" $cjk/NotoSansCJK-$style.ttc $simplified
done

/usr/bin/python3 - <<'END' >glyphs.txt
from fontTools.ttLib import TTFont
for name in ("latin", "arabic", "devanagari", "chinese"):
    have = set.intersection(*(set(TTFont(f"{name}-{w}.woff2").getBestCmap()) for w in (400, 700)))
    print(name, *(f"{c:X}" for c in sorted(have)))
END
ls -l ./*.woff2
