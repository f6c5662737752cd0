// Command bootstrap cancels an OpenAI Upload.
package main

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/openai/openai-go/v3"
)

// The client reads OPENAI_API_KEY and OPENAI_BASE_URL; crypto/x509 honours SSL_CERT_FILE.
var client = openai.NewClient()

func cancelUpload(ctx context.Context, uploadID string) (json.RawMessage, error) {
	upload, err := client.Uploads.Cancel(ctx, uploadID)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(upload.RawJSON()), nil
}

func main() {
	lambda.Start(cancelUpload)
}
