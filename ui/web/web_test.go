package web

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"slices"
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
	States, Voluntary, Guidance, Reasons, Faults map[string]say
	Sources, Notes, Staff                        map[string]string
}

func catalogue(t *testing.T) words {
	t.Helper()
	var w words
	if err := json.Unmarshal([]byte(read(t, "words.en.json")), &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestEveryStateHasWords(t *testing.T) {
	w := catalogue(t)
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
	w := catalogue(t)
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
	w := catalogue(t)
	alarm := regexp.MustCompile(`(?i)fever|febrile|\bill\b|sick|infect|disease|danger|warning|alarm|°|degree|celsius`)
	for _, table := range []map[string]say{w.States, w.Voluntary, w.Guidance, w.Reasons, w.Faults} {
		for name, s := range table {
			if found := alarm.FindString(s.Title + " " + s.Text); found != "" {
				t.Errorf("%s says %q to visitors", name, found)
			}
		}
	}
}

var (
	symbol    = regexp.MustCompile(`<symbol id="(\w+)"`)
	usedSign  = regexp.MustCompile(`sign: "(\w+)"`)
	elementID = regexp.MustCompile(`find\("(\w+)"\)`)
	pathAsked = regexp.MustCompile(`(?:src|href)="(/[\w.]*)"|from "\./([\w.]+)"|fetch\("(/\w+)"|EventSource\("(/\w+)"`)
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
	for name := range catalogue(t).Guidance {
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
	for script, page := range map[string]string{"kiosk.js": "index.html", "staff.js": "staff.html"} {
		html := read(t, page)
		for _, m := range elementID.FindAllStringSubmatch(read(t, script), -1) {
			if !strings.Contains(html, `id="`+m[1]+`"`) {
				t.Errorf("%s looks for %s, which %s lacks", script, m[1], page)
			}
		}
	}
}

// The pages ask for nothing but what the kiosk serves, and hold no inline
// script or style, which the security policy would refuse.
func TestSourcesStayWithin(t *testing.T) {
	served := []string{"/", "/staff", "/privacy", "/events", "/mirror", "/healthz"}
	names, err := fs.Glob(Files(), "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		served = append(served, "/"+name)
	}
	for _, name := range names {
		text := strings.ReplaceAll(read(t, name), "http://www.w3.org/2000/svg", "")
		for _, bad := range []string{"http:", "https:", "ws:", "//cdn", "<script>", "<style", "style=\"", "onclick", "@import", "url(", "localStorage", "sessionStorage", "document.cookie", "indexedDB"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s has %q in it", name, bad)
			}
		}
		for _, m := range pathAsked.FindAllStringSubmatch(text, -1) {
			if path := "/" + strings.TrimPrefix(m[1]+m[2]+m[3]+m[4], "/"); !slices.Contains(served, path) {
				t.Errorf("%s asks for %s, which is not served", name, path)
			}
		}
	}
}
