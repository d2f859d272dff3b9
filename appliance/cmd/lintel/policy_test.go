package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"lintel/appliance/policy"
)

func show(args ...string) (string, error) {
	root := command(false)
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(append([]string{"policy", "show"}, args...))
	err := root.Execute()
	return out.String(), err
}

func TestPolicyShow(t *testing.T) {
	for _, args := range [][]string{
		nil,
		{"--set", "ambient.room_c=22"},
		{"--set", "policy.sensitivity=0.95", "--prevalence", "0.2"},
		{"--set", "policy.site=face_max", "--set", "policy.threshold_c=36.5"},
	} {
		got, err := show(args...)
		if err != nil {
			t.Errorf("%v: %v", args, err)
			continue
		}
		for _, want := range []string{"sha256", "Fever from 37.5", "Fever from 38.0", "set ->", "referred of 100 healthy"} {
			if !strings.Contains(got, want) {
				t.Errorf("%v: %q is not in\n%s", args, want, got)
			}
		}
	}
	for _, args := range [][]string{
		{"--prevalence", "0"},
		{"--prevalence", "1.5"},
		{"--set", "ambient.room_c=75"},
		{"--set", "policy.sensitivity=0.9", "--set", "policy.threshold_c=35.5"},
	} {
		if got, err := show(args...); err == nil {
			t.Errorf("%v is accepted:\n%s", args, got)
		}
	}
}

func TestPolicyShowJSON(t *testing.T) {
	got, err := show("--json", "--set", "ambient.room_c=22", "--prevalence", "0.05")
	if err != nil {
		t.Fatal(err)
	}
	var r policy.Report
	if err := json.Unmarshal([]byte(got), &r); err != nil {
		t.Fatalf("%v in\n%s", err, got)
	}
	if r.Prevalence != 0.05 || r.RoomC == nil || *r.RoomC != 22 || len(r.Sites) != 2 || r.Sites[0].Set == nil {
		t.Errorf("the report is\n%s", got)
	}
}

func TestChecksNeedCounts(t *testing.T) {
	root := command(false)
	root.SetArgs([]string{"counts", "checks", "--set", "state.dir=" + t.TempDir()})
	if err := root.Execute(); err == nil || !strings.Contains(err.Error(), "run the kiosk first") {
		t.Errorf("checks without counts: %v", err)
	}
}
