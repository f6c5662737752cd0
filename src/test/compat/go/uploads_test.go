// Package compat runs OpenAI's official Go client, on which its CLI is built too, against the function.
// OPENAI_BASE_URL and OPENAI_API_KEY are its only settings.
package compat

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

type expectation struct {
	Kind, Code, Says          string
	Status, Retries, Requests int
}

func cases(t *testing.T) (all struct {
	Cancelled, Failures []expectation
	Hostile             []string
}) {
	text, err := os.ReadFile(os.Getenv("CASES"))
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A unique id; stand_ins.py has what OpenAI answers to each kind.
func uploadID(kind string) string {
	return "upload_" + kind + "_" + rand.Text()
}

func cancel(t *testing.T, id string, retries int) (*openai.Upload, error) {
	client := openai.NewClient(option.WithMaxRetries(retries))
	return client.Uploads.Cancel(t.Context(), id)
}

func TestTheUploadArrivesWhole(t *testing.T) {
	for _, row := range cases(t).Cancelled {
		t.Run(row.Kind, func(t *testing.T) {
			id := uploadID(row.Kind)
			upload, err := cancel(t, id, row.Retries)
			if err != nil {
				t.Fatal(err)
			}
			if upload.ID != id || upload.Status != openai.UploadStatusCancelled || upload.Bytes != 8589934592 ||
				!strings.Contains(upload.JSON.ExtraFields["of_tomorrow"].Raw(), "cold") {
				t.Errorf("%s", upload.RawJSON())
			}
		})
	}
}

func TestFailuresAreTypedErrors(t *testing.T) {
	for _, row := range cases(t).Failures {
		t.Run(row.Kind, func(t *testing.T) {
			id := uploadID(row.Kind)
			_, err := cancel(t, id, row.Retries)
			var failure *openai.Error
			if !errors.As(err, &failure) {
				t.Fatalf("%T: %v", err, err)
			}
			if failure.StatusCode != row.Status || failure.Code != row.Code || !strings.Contains(failure.Message, row.Says) {
				t.Errorf("%d %s", failure.StatusCode, failure.RawJSON())
			}
			requestID := failure.Response.Header.Get("x-request-id")
			if row.Kind != "slow" && requestID != fmt.Sprintf("req_%s_%d", id, row.Requests) {
				t.Errorf("x-request-id is %q", requestID)
			}
		})
	}
}

func TestAHostileIDIsRefused(t *testing.T) {
	for _, id := range cases(t).Hostile {
		_, err := cancel(t, id, 0)
		var failure *openai.Error
		if !errors.As(err, &failure) || failure.Code != "invalid_upload_id" {
			t.Errorf("%q: %T: %v", id, err, err)
		}
	}
}
