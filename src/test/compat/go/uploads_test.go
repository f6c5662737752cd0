// Package compat runs OpenAI's official Go client, on which its CLI is built too, against the function.
// OPENAI_BASE_URL and OPENAI_API_KEY are its only settings.
package compat

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// A unique id; see openai_stub.py for the kinds.
func uploadID(kind string) string {
	return "upload_" + kind + "_" + rand.Text()
}

// The requests that reached OpenAI with this in their path, as JSON.
func upstream(t *testing.T, containing string) []json.RawMessage {
	t.Helper()
	answer, err := http.Get("http://" + os.Getenv("COMPAT_STUB") + "/requests?containing=" + url.QueryEscape(containing))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var requests []json.RawMessage
	if err := json.NewDecoder(answer.Body).Decode(&requests); err != nil {
		t.Fatal(err)
	}
	return requests
}

func cancel(t *testing.T, id string, options ...option.RequestOption) (*openai.Upload, error) {
	t.Helper()
	client := openai.NewClient(append([]option.RequestOption{option.WithMaxRetries(0)}, options...)...)
	return client.Uploads.Cancel(t.Context(), id)
}

func TestCancelReturnsTheUpload(t *testing.T) {
	id := uploadID("pending")
	upload, err := cancel(t, id)
	if err != nil {
		t.Fatal(err)
	}
	if upload.ID != id || upload.Status != openai.UploadStatusCancelled || upload.Bytes != 8589934592 ||
		upload.Filename != "training_examples.jsonl" || upload.ExpiresAt != 1719188511 {
		t.Errorf("%+v", upload)
	}
	if extra := upload.JSON.ExtraFields["of_tomorrow"].Raw(); extra != `{"storage_class":"cold"}` &&
		extra != `{"storage_class": "cold"}` {
		t.Errorf("of_tomorrow is %s", extra)
	}
}

func TestFailuresAreTypedErrors(t *testing.T) {
	for _, row := range []struct {
		kind, code, errorType, words string
		status, attempts             int
	}{
		{"unknown", "not_found", "invalid_request_error", "No such Upload object", 404, 1},
		{"completed", "", "invalid_request_error", "is already completed.", 400, 1},
		{"limited", "rate_limit_exceeded", "requests", "Rate limit reached", 429, 1},
		{"unauthorized", "credentials_rejected", "server_error", "own credentials", 502, 1},
		{"broken", "upstream_failure", "server_error", "OpenAI failed", 502, 2},
		{"html", "upstream_failure", "server_error", "not JSON", 502, 1},
		{"slow", "budget_spent", "server_error", "CANCEL_BUDGET", 504, 1},
	} {
		t.Run(row.kind, func(t *testing.T) {
			id := uploadID(row.kind)
			_, err := cancel(t, id)
			var failure *openai.Error
			if !errors.As(err, &failure) {
				t.Fatalf("%T: %v", err, err)
			}
			if failure.StatusCode != row.status || failure.Code != row.code || failure.Type != row.errorType ||
				!strings.Contains(failure.Message, row.words) {
				t.Errorf("%d %s", failure.StatusCode, failure.RawJSON())
			}
			// Without a complete response there is no request id.
			requestID := failure.Response.Header.Get("x-request-id")
			if answered := row.kind != "slow"; answered != strings.HasPrefix(requestID, "req_"+id) {
				t.Errorf("x-request-id is %q", requestID)
			}
			if got := len(upstream(t, id)); got != row.attempts {
				t.Errorf("%d requests", got)
			}
			if strings.Contains(failure.RawJSON(), os.Getenv("COMPAT_KEY")) {
				t.Error("the function's key is in the answer")
			}
		})
	}
}

func TestARateLimitSaysHowLong(t *testing.T) {
	_, err := cancel(t, uploadID("limited"))
	var failure *openai.Error
	if !errors.As(err, &failure) || failure.Response.Header.Get("retry-after") != "60" {
		t.Errorf("%T: %v", err, err)
	}
}

func TestTheClientsOwnRetryFollowsTheWaitThatOpenAIAskedForAndA502(t *testing.T) {
	for _, kind := range []string{"busy", "flaky"} {
		id := uploadID(kind)
		upload, err := cancel(t, id, option.WithMaxRetries(1))
		if err != nil || upload.Status != openai.UploadStatusCancelled || len(upstream(t, id)) != 3 {
			t.Errorf("%s: %v, %d requests", kind, err, len(upstream(t, id)))
		}
	}
}

func TestTheCallersTokenAndHeadersStayHere(t *testing.T) {
	id := uploadID("pending")
	if _, err := cancel(t, id, option.WithOrganization("org-of-caller")); err != nil {
		t.Fatal(err)
	}
	requests := upstream(t, id)
	if len(requests) != 1 || !strings.Contains(string(requests[0]), `"Bearer `+os.Getenv("COMPAT_KEY")+`"`) {
		t.Fatalf("%s", requests)
	}
	for _, secret := range []string{os.Getenv("OPENAI_API_KEY"), "org-of-caller", "stainless"} {
		if strings.Contains(string(requests[0]), secret) {
			t.Errorf("%s went upstream", secret)
		}
	}
}

func TestAHostileIDIsRefusedWithoutACall(t *testing.T) {
	mark := rand.Text()
	for _, id := range []string{mark + " a", "ü" + mark, mark + "%2Fa", mark + "\r\nX-Injected: 1", "@" + mark} {
		_, err := cancel(t, id)
		var failure *openai.Error
		if !errors.As(err, &failure) || failure.StatusCode != 400 || failure.Code != "invalid_upload_id" {
			t.Errorf("%q: %T: %v", id, err, err)
		}
	}
	if requests := upstream(t, mark); len(requests) != 0 {
		t.Errorf("%s", requests)
	}
}

func TestATokenThatTheAPIRefusesIs401WithoutACall(t *testing.T) {
	id := uploadID("pending")
	_, err := cancel(t, id, option.WithAPIKey("another"))
	var failure *openai.Error
	if !errors.As(err, &failure) || failure.StatusCode != 401 {
		t.Errorf("%T: %v", err, err)
	}
	if requests := upstream(t, id); len(requests) != 0 {
		t.Errorf("%s", requests)
	}
}
