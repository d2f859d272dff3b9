package config

import (
	"fmt"
	"slices"
	"strings"
)

// Page says how the page for visitors behaves.
type Page struct {
	Languages   []string
	CycleS      float64
	Touch       bool
	Sound       bool
	Temperature bool
}

// languages are those that the page speaks.
var languages = []string{"en", "es", "fr", "de", "pt", "ar", "zh", "hi"}

func defaultPage() Page {
	return Page{Languages: slices.Clone(languages), Touch: true}
}

func (p *Page) keys() []Key {
	return []Key{
		some(&p.Languages, "page.languages", "Languages of the visitor page; the first is shown until somebody chooses.", languages),
		number(&p.CycleS, "page.cycle_s", "Seconds for which each language is shown until somebody chooses, for screens without touch. Left out: the first stays.", 3, 60),
		boolean(&p.Touch, "page.touch", "The screen can be touched: offer the languages and the way to the staff pages."),
		boolean(&p.Sound, "page.sound", "A tone when a visit begins and when it is over, the same for every outcome."),
		boolean(&p.Temperature, "page.temperature", "Show a visitor who passes the reading. REFER never has a number."),
	}
}

// some is a list of one or more of the allowed words, each once.
func some(p *[]string, name, doc string, allowed []string) Key {
	quoted := func(words []string) string {
		return `["` + strings.Join(words, `", "`) + `"]`
	}
	k := Key{Name: name, Doc: doc, Allowed: fmt.Sprintf("a list of %s", strings.Join(allowed, ", ")), Value: quoted(*p)}
	k.put = func(v any) error {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return refuse(name, v, k.Allowed)
		}
		var words []string
		for _, e := range list {
			word, ok := e.(string)
			if !ok || !slices.Contains(allowed, word) || slices.Contains(words, word) {
				return refuse(name, v, k.Allowed)
			}
			words = append(words, word)
		}
		*p = words
		return nil
	}
	return k
}
