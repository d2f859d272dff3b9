package config

import (
	"errors"
	"slices"
	"testing"

	"lintel/ui/web"
)

func TestPageLanguages(t *testing.T) {
	c := Default()
	if !slices.Equal(c.Page.Languages, web.Languages()) {
		t.Errorf("the languages are %v, the page speaks %v", c.Page.Languages, web.Languages())
	}
	if err := c.Set(`page.languages=["hi", "ar"]`); err != nil || !slices.Equal(c.Page.Languages, []string{"hi", "ar"}) {
		t.Errorf("the languages are %v: %v", c.Page.Languages, err)
	}
	for _, bad := range []string{`page.languages=[]`, `page.languages=["xx"]`, `page.languages=["en", "en"]`, `page.languages="en"`, `page.languages=[1]`, "page.cycle_s=1"} {
		if err := c.Set(bad); !errors.Is(err, ErrValue) {
			t.Errorf("Set(%s) = %v", bad, err)
		}
	}
}
