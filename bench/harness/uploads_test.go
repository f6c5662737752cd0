package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"testing"
)

func TestTheStandInAnswersOverTLS13WithAChainUnderItsRoot(t *testing.T) {
	answer := call(t, "Bearer "+apiKey, "/uploads/"+uploadID+"/cancel")

	if answer.StatusCode != http.StatusOK {
		t.Errorf("status is %d", answer.StatusCode)
	}
	if answer.TLS.Version != tls.VersionTLS13 {
		t.Errorf("TLS version is %x", answer.TLS.Version)
	}
	if chain := answer.TLS.VerifiedChains[0]; len(chain) != 3 {
		t.Errorf("the chain has %d certificates, not leaf, intermediate and root", len(chain))
	}
}

func TestTheStandInRefusesAnotherKey(t *testing.T) {
	if answer := call(t, "Bearer sk-other", "/uploads/"+uploadID+"/cancel"); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("status is %d", answer.StatusCode)
	}
}

func TestTheStandInKnowsNoOtherPath(t *testing.T) {
	if answer := call(t, "Bearer "+apiKey, "/uploads/"+uploadID); answer.StatusCode != http.StatusNotFound {
		t.Errorf("status is %d", answer.StatusCode)
	}
}

func TestAnAnswerThatIsNotTheCancelledUploadIsRefused(t *testing.T) {
	if err := checkUpload([]byte(`{"id": "` + uploadID + `", "status": "pending", "bytes": 2147483648}`)); err == nil {
		t.Error("a pending upload passed")
	}
	if err := checkUpload(cancelledUpload(uploadID)); err != nil {
		t.Error(err)
	}
}

func call(t *testing.T, authorization, path string) *http.Response {
	t.Helper()
	api, err := startUploadsAPI(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.close)
	root, err := os.ReadFile(api.rootFile)
	if err != nil {
		t.Fatal(err)
	}
	anchors := x509.NewCertPool()
	anchors.AppendCertsFromPEM(root)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: anchors}}}
	t.Cleanup(client.CloseIdleConnections)
	request, err := http.NewRequest(http.MethodPost, api.baseURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", authorization)
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}
