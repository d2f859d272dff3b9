package web

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := fs.ReadFile(Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

type say struct{ Title, Text, Staff string }

type words struct {
	Lang, Name, Dir                              string
	States, Voluntary, Guidance, Reasons, Faults map[string]say
	Sources, Notes                               map[string]string
}

func catalogue(t *testing.T, language string) words {
	t.Helper()
	var w words
	if err := json.Unmarshal([]byte(read(t, "words."+language+".json")), &w); err != nil {
		t.Fatalf("words.%s.json: %v", language, err)
	}
	return w
}

// flat lists every text of a JSON document by its path.
func flat(t *testing.T, name string) map[string]string {
	t.Helper()
	var document any
	if err := json.Unmarshal([]byte(read(t, name)), &document); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	texts := map[string]string{}
	var walk func(path string, node any)
	walk = func(path string, node any) {
		switch node := node.(type) {
		case map[string]any:
			for key, child := range node {
				walk(strings.TrimPrefix(path+"."+key, "."), child)
			}
		case string:
			texts[path] = node
		default:
			t.Errorf("%s: %s is no text", name, path)
		}
	}
	walk("", document)
	return texts
}

// A catalogue that lacks an entry, has one too many, leaves one empty or loses
// a place for a value does not pass.
func TestCataloguesAreComplete(t *testing.T) {
	for kind, languages := range map[string][]string{"words": Languages(), "staff": staffLanguages(t)} {
		english := flat(t, kind+".en.json")
		for _, language := range languages {
			compare(t, kind+"."+language+".json", english)
		}
		names, err := fs.Glob(Files(), kind+".*.json")
		if err != nil {
			t.Fatal(err)
		}
		if len(names) != len(languages) {
			t.Errorf("there are the catalogues %v for the languages %v", names, languages)
		}
	}
}

// staffLanguages are those that the staff pages offer; each is one of the
// visitor page's, by the same name.
func staffLanguages(t *testing.T) []string {
	t.Helper()
	_, list, _ := strings.Cut(read(t, "staff/words.js"), "export const LANGUAGES = {")
	list, _, _ = strings.Cut(list, "}")
	var codes []string
	for _, m := range regexp.MustCompile(`(\w+): "([^"]+)"`).FindAllStringSubmatch(list, -1) {
		codes = append(codes, m[1])
		if name := catalogue(t, m[1]).Name; name != m[2] {
			t.Errorf("staff/words.js calls %s %q, its catalogue %q", m[1], m[2], name)
		}
	}
	return codes
}

var placeFor = regexp.MustCompile(`\{\w+\}`)

// compare holds a catalogue against the English one.
func compare(t *testing.T, name string, english map[string]string) {
	t.Helper()
	places := func(text string) []string { return slices.Sorted(slices.Values(placeFor.FindAllString(text, -1))) }
	texts := flat(t, name)
	for path, text := range english {
		translated, ok := texts[path]
		switch {
		case !ok:
			t.Errorf("%s lacks %s: %q", name, path, text)
		case text != "" && strings.TrimSpace(translated) == "":
			t.Errorf("%s leaves %s empty: %q", name, path, text)
		case text == "" && translated != "":
			t.Errorf("%s has words for %s, which says nothing in English", name, path)
		case !slices.Equal(places(text), places(translated)):
			t.Errorf("%s has the places %v in %s, want %v", name, places(translated), path, places(text))
		}
	}
	for path := range texts {
		if _, ok := english[path]; !ok {
			t.Errorf("%s has %s, which nothing shows", name, path)
		}
	}
}

// The fonts that come along have every character of every catalogue.
func TestFontsHaveEveryCharacter(t *testing.T) {
	have := map[rune]bool{' ': true}
	glyphs, err := os.ReadFile("fonts/glyphs.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(glyphs)) {
		for _, code := range strings.Fields(line)[1:] {
			c, err := strconv.ParseInt(code, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			have[rune(c)] = true
		}
	}
	names, err := fs.Glob(Files(), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		for path, text := range flat(t, name) {
			for _, c := range text {
				if !have[c] {
					t.Errorf("no font has %q of %s in %s: run ui/web/fonts/make.sh", c, path, name)
				}
			}
		}
	}
}

// What the page says by itself, before a catalogue is there, is what the
// catalogues say.
func TestOutOfServiceWithoutScripts(t *testing.T) {
	page := read(t, "index.html")
	for _, language := range Languages() {
		w := catalogue(t, language)
		direction := ""
		if w.Dir == "rtl" {
			direction = ` dir="rtl"`
		}
		want := `<p lang="` + w.Lang + `"` + direction + `>` + w.States["out_of_service"].Title + `</p>`
		if !strings.Contains(page, want) {
			t.Errorf("index.html lacks %s", want)
		}
	}
}

func TestEveryStateHasWords(t *testing.T) {
	w := catalogue(t, "en")
	for _, state := range []string{"starting", "warming_up", "ready", "guiding", "measuring", "passed", "referred", "unmeasured", "clearing", "out_of_service"} {
		if w.States[state].Title == "" {
			t.Errorf("%s has no title", state)
		}
	}
	for _, table := range []map[string]say{w.Guidance, w.Reasons, w.Voluntary} {
		for name, s := range table {
			if s.Title == "" {
				t.Errorf("%s has no title", name)
			}
		}
	}
	for name, s := range w.Faults {
		if s.Text == "" || s.Staff == "" {
			t.Errorf("the fault %s lacks what it means or what staff do", name)
		}
	}
}

func TestVerdictsInWords(t *testing.T) {
	w := catalogue(t, "en")
	for _, c := range []struct{ got, want string }{
		{w.States["passed"].Title, "PASS"},
		{w.States["referred"].Title, "REFER"},
		{w.States["referred"].Text, "Please see a member of staff to be re-checked."},
		{w.States["unmeasured"].Title, "Could not measure"},
	} {
		if c.got != c.want {
			t.Errorf("the page says %q, want %q", c.got, c.want)
		}
	}
}

// A referral is no diagnosis, and most who are referred are healthy: the page
// alarms nobody and names no number.
func TestVisitorsAreNotAlarmed(t *testing.T) {
	alarm := regexp.MustCompile(`(?i)fever|febrile|\bill\b|sick|infect|disease|danger|warning|alarm|°|degree|celsius` +
		`|fiebre|enferm|infecc|peligro|fièvre|malad|danger|Fieber\b|krank|Gefahr|febre|doen|perigo` +
		`|حمى|مرض|خطر|عدوى|发烧|发热|生病|疾病|危险|感染|बुखार|बीमार|खतरा|संक्रमण`)
	for _, language := range Languages() {
		w := catalogue(t, language)
		for _, table := range []map[string]say{w.States, w.Voluntary, w.Guidance, w.Reasons, w.Faults} {
			for name, s := range table {
				if found := alarm.FindString(s.Title + " " + s.Text); found != "" {
					t.Errorf("%s says %q to visitors in %s", name, found, language)
				}
			}
		}
	}
}

var (
	symbol    = regexp.MustCompile(`<symbol id="(\w+)"`)
	usedSign  = regexp.MustCompile(`(?m)(?:sign|^  [a-z_]+): "([a-z_]+)"`)
	elementID = regexp.MustCompile(`find\("(\w+)"\)`)
	pathAsked = regexp.MustCompile(`(?:src|href)="(/[\w./-]*)"|from "(\.\.?/[\w.]+)"|(?:fetch|ask)\("(/\w+)"|EventSource\("(/\w+)"`)
)

func TestEverySignIsDrawn(t *testing.T) {
	page := read(t, "index.html")
	var drawn []string
	for _, m := range symbol.FindAllStringSubmatch(page, -1) {
		drawn = append(drawn, m[1])
	}
	var wanted []string
	for _, m := range usedSign.FindAllStringSubmatch(read(t, "describe.js"), -1) {
		wanted = append(wanted, m[1])
	}
	for name := range catalogue(t, "en").Guidance {
		wanted = append(wanted, name)
	}
	for _, name := range wanted {
		if !slices.Contains(drawn, name) {
			t.Errorf("the sign %s is not drawn", name)
		}
	}
	for _, name := range drawn {
		if !slices.Contains(wanted, name) {
			t.Errorf("the sign %s is never shown", name)
		}
	}
}

func TestScriptsFindTheirElements(t *testing.T) {
	for script, page := range map[string]string{"kiosk.js": "index.html", "staff/main.js": "staff.html"} {
		html := read(t, page)
		for _, m := range elementID.FindAllStringSubmatch(read(t, script), -1) {
			if !strings.Contains(html, `id="`+m[1]+`"`) {
				t.Errorf("%s looks for %s, which %s lacks", script, m[1], page)
			}
		}
	}
}

// Every word that the staff pages ask for is in the catalogue, and none that
// they do not.
func TestStaffWords(t *testing.T) {
	texts := flat(t, "staff.en.json")
	scripts, err := fs.Glob(Files(), "staff/*.js")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{"lang": true, "dir": true, "name": true}
	// Groups whose entries are looked up by a name that comes from elsewhere.
	byName := []string{"tabs.", "door.", "refused.", "check.", "selftest.", "take.", "settings.", "threshold.", "privacy.", "commission.", "term.", "lamp.", "criteria.", "unit.", "updates.", "refusal."}
	asked := regexp.MustCompile(`\bw\.([a-z]+)\.([a-z_]+)`)
	for _, script := range scripts {
		for _, m := range asked.FindAllStringSubmatch(read(t, script), -1) {
			used[m[1]+"."+m[2]] = true
		}
	}
	for path := range used {
		if _, ok := texts[path]; !ok {
			t.Errorf("staff.en.json lacks %s", path)
		}
	}
	for path := range texts {
		if !used[path] && !slices.ContainsFunc(byName, func(group string) bool { return strings.HasPrefix(path, group) }) {
			t.Errorf("staff.en.json has %s, which nothing shows", path)
		}
	}
}

// The pages ask for nothing but what the kiosk serves, and hold no inline
// script or style, which the security policy would refuse.
func TestSourcesStayWithin(t *testing.T) {
	served := []string{"/", "/staff", "/privacy", "/events", "/mirror", "/healthz", "/settings"}
	var names []string
	err := fs.WalkDir(Files(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			served = append(served, "/"+name)
			if !strings.HasPrefix(name, "fonts/") && !strings.HasPrefix(name, "vendor/") {
				names = append(names, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	fonts := regexp.MustCompile(`url\("(/fonts/[\w.-]+)"\)`)
	for _, name := range names {
		text := strings.ReplaceAll(read(t, name), "http://www.w3.org/2000/svg", "")
		for _, m := range fonts.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(served, m[1]) {
				t.Errorf("%s asks for %s, which is not served", name, m[1])
			}
		}
		text = fonts.ReplaceAllString(text, "")
		for _, bad := range []string{"http:", "https:", "ws:", "//cdn", "<script>", "<style", "style=\"", "onclick=\"", "onclick='", "@import", "url(", "localStorage", "sessionStorage", "document.cookie", "indexedDB"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s has %q in it", name, bad)
			}
		}
		for _, m := range pathAsked.FindAllStringSubmatch(text, -1) {
			asked := m[1] + m[3] + m[4]
			if m[2] != "" {
				asked = "/" + path.Join(path.Dir(name), m[2])
			}
			if !slices.Contains(served, asked) {
				t.Errorf("%s asks for %s, which is not served", name, asked)
			}
		}
	}
}
