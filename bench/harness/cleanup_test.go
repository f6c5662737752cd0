package main

import (
	"encoding/json"
	"fmt"
	"testing"
)

func TestACleanUpNamesAThousandUploadsThatTheStandInKnows(t *testing.T) {
	var event struct{ UploadIds []string }
	if err := json.Unmarshal([]byte(cleanUp{concurrency: 8}.invocation().event), &event); err != nil {
		t.Fatal(err)
	}
	if len(event.UploadIds) != cleanUpSize {
		t.Errorf("it names %d uploads", len(event.UploadIds))
	}
	for _, named := range event.UploadIds {
		if id, isCancel := uploadOf("/v1/uploads/" + named + "/cancel"); id != named || !isCancel {
			t.Fatalf("%s is not known", named)
		}
	}
}

func TestAReportOfACleanUpThatLeftSomethingIsRefused(t *testing.T) {
	cancelled := make([]string, cleanUpSize)
	for i := range cancelled {
		cancelled[i] = fmt.Sprint(i)
	}
	report := func(cancelled []string, notTried ...string) []byte {
		written, _ := json.Marshal(map[string]any{"cancelled": cancelled, "final": []any{}, "failed": []any{}, "notTried": notTried})
		return written
	}
	if err := checkCleanUp(report(cancelled)); err != nil {
		t.Error(err)
	}
	for what, response := range map[string][]byte{
		"one is missing":   report(cancelled[1:]),
		"one is not tried": report(cancelled, "upload_x"),
		"it is no report":  []byte(`"cancelled"`),
	} {
		if checkCleanUp(response) == nil {
			t.Errorf("%s, and it passed", what)
		}
	}
}

func TestTheLatencyAloneIsSharedByThoseThatWaitAtTheSameTime(t *testing.T) {
	if got := (cleanUp{concurrency: 8}).latencyAlone(cleanUpLatency).Seconds(); got != 6.25 {
		t.Error(got)
	}
}
