package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
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
	uploadID = "upload_abc123"
	apiKey   = "sk-bench-0123456789abcdefghijklmnopqrstuvwxyz"
)

// uploadsAPI is a mock of OpenAI's Uploads API: TLS 1.3 with a chain like OpenAI's of a P-384 root, a P-256 intermediate
// and a P-256 leaf. The contenders get the root as a PEM file.
type uploadsAPI struct {
	baseURL  string
	rootFile string
	// connections and calls since the last reset.
	connections, calls atomic.Int64
	// latency is how long a call takes, and waited what all calls since the last reset took, both in nanoseconds.
	latency, waited atomic.Int64
	servers         []*http.Server
}

func startUploadsAPI(folder string, http2 bool) (*uploadsAPI, error) {
	certificate, root, err := makeChain()
	if err != nil {
		return nil, err
	}
	api := &uploadsAPI{rootFile: filepath.Join(folder, "root.pem")}
	if err := os.WriteFile(api.rootFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root}), 0o644); err != nil {
		return nil, err
	}
	listeners, err := listenOnLocalhost()
	if err != nil {
		return nil, err
	}
	api.baseURL = fmt.Sprintf("https://localhost:%d/v1", listeners[0].Addr().(*net.TCPAddr).Port)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(http2)
	for _, listener := range listeners {
		server := &http.Server{
			Handler:   http.HandlerFunc(api.cancel),
			Protocols: protocols,
			TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
			// Ignores contenders that are killed during a call.
			ErrorLog: log.New(io.Discard, "", 0),
			ConnState: func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					api.connections.Add(1)
				}
			},
		}
		api.servers = append(api.servers, server)
		go server.ServeTLS(listener, "", "")
	}
	return api, nil
}

// listenOnLocalhost listens on the same port of both addresses of localhost, so that a contender that tries IPv6 first
// does not lose time with a refused connection.
func listenOnLocalhost() ([]net.Listener, error) {
	four, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	six, err := net.Listen("tcp6", fmt.Sprintf("[::1]:%d", four.Addr().(*net.TCPAddr).Port))
	if err != nil {
		return []net.Listener{four}, nil
	}
	return []net.Listener{four, six}, nil
}

// reset sets the counters to zero and the time that each call takes from now on.
func (api *uploadsAPI) reset(latency time.Duration) {
	api.latency.Store(int64(latency))
	api.waited.Store(0)
	api.connections.Store(0)
	api.calls.Store(0)
}

func (api *uploadsAPI) close() {
	for _, server := range api.servers {
		server.Close()
	}
}

func cancelledUpload(id string) []byte {
	return []byte(`{
  "id": "` + id + `",
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

// secret is the response of AWS Secrets Manager to GetSecretValue.
var secret = []byte(`{"ARN":"arn:aws:secretsmanager:us-east-1:123456789012:secret:openai-api-key-a1b2C3","Name":"openai-api-key",` +
	`"SecretString":"` + apiKey + `","VersionId":"01234567-89ab-cdef-0123-456789abcdef","VersionStages":["AWSCURRENT"]}`)

func (api *uploadsAPI) cancel(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Amz-Target") == "secretsmanager.GetSecretValue" {
		answer(w, http.StatusOK, secret)
		return
	}
	api.calls.Add(1)
	began := time.Now()
	time.Sleep(time.Duration(api.latency.Load()))
	api.waited.Add(int64(time.Since(began)))
	id, isCancel := uploadOf(r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("OpenAI-Processing-Ms", "8")
	w.Header().Set("OpenAI-Version", "2020-10-01")
	w.Header().Set("X-Request-Id", "req_0123456789abcdef0123456789abcdef")
	switch {
	case r.Header.Get("Authorization") != "Bearer "+apiKey:
		answer(w, http.StatusUnauthorized, []byte(`{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`))
	case r.Method != http.MethodPost || !isCancel:
		answer(w, http.StatusNotFound, []byte(`{"error":{"message":"Invalid URL.","type":"invalid_request_error","param":null,"code":null}}`))
	default:
		answer(w, http.StatusOK, cancelledUpload(id))
	}
}

// uploadOf returns the Upload that a path cancels.
func uploadOf(path string) (id string, isCancel bool) {
	id, isCancel = strings.CutSuffix(strings.TrimPrefix(path, "/v1/uploads/"), "/cancel")
	return id, isCancel && (id == uploadID || strings.HasPrefix(id, cleanUpID))
}

// answer writes head and body in one segment: if the length is known, net/http sends both when the handler returns.
func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

func makeChain() (tls.Certificate, []byte, error) {
	rootKey, err1 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	intermediateKey, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	leafKey, err3 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(err1, err2, err3); err != nil {
		return tls.Certificate{}, nil, err
	}
	authority := func(serial int64, name string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber:          big.NewInt(serial),
			Subject:               pkix.Name{Country: []string{"US"}, Organization: []string{"Benchmark Trust Services"}, CommonName: name},
			NotBefore:             time.Now().Add(-time.Hour),
			NotAfter:              time.Now().AddDate(1, 0, 0),
			KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
			BasicConstraintsValid: true,
			IsCA:                  true,
		}
	}
	root := authority(1, "Benchmark Root R4")
	intermediate := authority(2, "Benchmark WE1")
	intermediate.MaxPathLenZero = true
	intermediate.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	leaf := &x509.Certificate{
		SerialNumber:          big.NewInt(3),
		Subject:               pkix.Name{CommonName: "localhost"},
		DNSNames:              []string{"localhost"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(0, 3, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	rootBytes, err1 := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	intermediateBytes, err2 := x509.CreateCertificate(rand.Reader, intermediate, root, &intermediateKey.PublicKey, rootKey)
	leafBytes, err3 := x509.CreateCertificate(rand.Reader, leaf, intermediate, &leafKey.PublicKey, intermediateKey)
	return tls.Certificate{Certificate: [][]byte{leafBytes, intermediateBytes}, PrivateKey: leafKey}, rootBytes, errors.Join(err1, err2, err3)
}

// checkUpload returns an error if a function's result is not the cancelled Upload.
func checkUpload(answer []byte) error {
	for _, part := range []string{`"id":"` + uploadID + `"`, `"status":"cancelled"`, `"bytes":2147483648`} {
		if !strings.Contains(withoutSpace(answer), part) {
			return fmt.Errorf("the answer is not the cancelled Upload: %.300s", answer)
		}
	}
	return nil
}

func withoutSpace(json []byte) string {
	return strings.NewReplacer(" ", "", "\n", "").Replace(string(json))
}
