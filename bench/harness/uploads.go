package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

const (
	apiKey = "sk-bench-0123456789abcdefghijklmnopqrstuvwxyz"
	// A clean-up cancels as many Uploads as the function takes at most, each answered after a while, 8 at a time by default.
	cleanUpSize        = 1000
	cleanUpLatency     = 50 * time.Millisecond
	cleanUpConcurrency = 8
)

// uploadsAPI is a mock of OpenAI's Uploads API, by TLS 1.3 with a chain like OpenAI's of a P-384 root, a P-256 intermediate and a
// P-256 leaf. The contenders get the root as a PEM file. The same server is AWS Secrets Manager, AWS STS and OpenAI's token
// exchange.
type uploadsAPI struct {
	address, rootFile string
	// connections and calls since the last reset.
	connections, calls atomic.Int64
	// latency is how long a call takes, and waited what all calls since the last reset took, both in nanoseconds.
	latency, waited atomic.Int64
}

func startUploadsAPI(folder string) (*uploadsAPI, error) {
	certificate, root, err := makeChain()
	if err != nil {
		return nil, err
	}
	api := &uploadsAPI{rootFile: filepath.Join(folder, "root.pem")}
	if err := os.WriteFile(api.rootFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root}), 0o644); err != nil {
		return nil, err
	}
	// The same port of both addresses of localhost, so that a contender that tries IPv6 first loses no time.
	four, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	listeners := []net.Listener{four}
	port := four.Addr().(*net.TCPAddr).Port
	if six, err := net.Listen("tcp6", fmt.Sprintf("[::1]:%d", port)); err == nil {
		listeners = append(listeners, six)
	}
	api.address = fmt.Sprintf("https://localhost:%d", port)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // The cheapest for every contender.
	for _, listener := range listeners {
		server := &http.Server{
			Handler:   http.HandlerFunc(api.serve),
			Protocols: protocols,
			TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
			ErrorLog:  log.New(io.Discard, "", 0), // Of contenders that are killed during a call.
			ConnState: func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					api.connections.Add(1)
				}
			},
		}
		go server.ServeTLS(listener, "", "")
	}
	return api, nil
}

// reset sets the counters to zero and the time that each call takes from now on.
func (api *uploadsAPI) reset(latency time.Duration) {
	api.latency.Store(int64(latency))
	api.waited.Store(0)
	api.connections.Store(0)
	api.calls.Store(0)
}

func (api *uploadsAPI) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.URL.Path == "/oauth/token":
		answer(w, http.StatusOK, `{"access_token":"`+apiKey+`","issued_token_type":"urn:ietf:params:oauth:token-type:access_token",`+
			`"token_type":"Bearer","expires_in":600}`)
	case strings.Contains(string(body), "GetWebIdentityToken"):
		w.Header().Set("Content-Type", "text/xml")
		answer(w, http.StatusOK, `<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`+
			`<GetWebIdentityTokenResult><WebIdentityToken>eyJhbGciOiJFUzM4NCJ9.eyJzdWIiOiJiZW5jaCJ9.c2ln</WebIdentityToken>`+
			`<Expiration>`+time.Now().Add(5*time.Minute).UTC().Format(time.RFC3339)+`</Expiration>`+
			`</GetWebIdentityTokenResult></GetWebIdentityTokenResponse>`)
	case r.Header.Get("X-Amz-Target") == "secretsmanager.GetSecretValue":
		answer(w, http.StatusOK, `{"Name":"openai-api-key","SecretString":"`+apiKey+`","VersionStages":["AWSCURRENT"]}`)
	default:
		api.cancel(w, r)
	}
}

func (api *uploadsAPI) cancel(w http.ResponseWriter, r *http.Request) {
	api.calls.Add(1)
	began := time.Now()
	time.Sleep(time.Duration(api.latency.Load()))
	api.waited.Add(int64(time.Since(began)))
	w.Header().Set("OpenAI-Processing-Ms", "8")
	w.Header().Set("OpenAI-Version", "2020-10-01")
	w.Header().Set("X-Request-Id", "req_0123456789abcdef0123456789abcdef")
	id, isCancel := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/v1/uploads/"), "/cancel")
	if r.Header.Get("Authorization") != "Bearer "+apiKey || r.Method != http.MethodPost || !isCancel {
		answer(w, http.StatusUnauthorized, `{"error":{"message":"Not the call that is expected.","type":"invalid_request_error","param":null,"code":null}}`)
		return
	}
	answer(w, http.StatusOK, `{
  "id": "`+id+`",
  "object": "upload",
  "bytes": 2147483648,
  "created_at": 1719184911,
  "expires_at": 1719188511,
  "filename": "training_examples.jsonl",
  "purpose": "fine-tune",
  "status": "cancelled",
  "file": null
}`)
}

var oneCall = invocation{event: `"upload_abc123"`, calls: 1, check: func(response []byte) error {
	plain := strings.NewReplacer(" ", "", "\n", "").Replace(string(response))
	for _, part := range []string{`"id":"upload_abc123"`, `"status":"cancelled"`, `"bytes":2147483648`} {
		if !strings.Contains(plain, part) {
			return fmt.Errorf("the answer is not the cancelled Upload: %.300s", response)
		}
	}
	return nil
}}

func cleanUp() invocation {
	ids := make([]string, cleanUpSize)
	for i := range ids {
		ids[i] = fmt.Sprintf("upload_cleanup_%04d", i)
	}
	event, _ := json.Marshal(map[string][]string{"uploadIds": ids})
	return invocation{event: string(event), calls: cleanUpSize, latency: cleanUpLatency, check: func(response []byte) error {
		var report struct{ Cancelled []string }
		if err := json.Unmarshal(response, &report); err != nil || len(report.Cancelled) != cleanUpSize {
			return fmt.Errorf("the clean-up has not cancelled everything: %.300s", response)
		}
		return nil
	}}
}

func makeChain() (tls.Certificate, []byte, error) {
	rootKey, err1 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	intermediateKey, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	leafKey, err3 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err1, err2, err3); err != nil {
		return tls.Certificate{}, nil, err
	}
	named := func(serial int64, name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 3, 0),
			KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
		}
	}
	root, intermediate, leaf := named(1, "Benchmark Root R4"), named(2, "Benchmark WE1"), named(3, "localhost")
	for _, authority := range []*x509.Certificate{root, intermediate} {
		authority.IsCA, authority.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign|x509.KeyUsageDigitalSignature
	}
	intermediate.MaxPathLenZero = true
	leaf.DNSNames, leaf.ExtKeyUsage = []string{"localhost"}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	rootBytes, err1 := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	intermediateBytes, err2 := x509.CreateCertificate(rand.Reader, intermediate, root, &intermediateKey.PublicKey, rootKey)
	leafBytes, err3 := x509.CreateCertificate(rand.Reader, leaf, intermediate, &leafKey.PublicKey, intermediateKey)
	return tls.Certificate{Certificate: [][]byte{leafBytes, intermediateBytes}, PrivateKey: leafKey}, rootBytes, errors.Join(err1, err2, err3)
}
