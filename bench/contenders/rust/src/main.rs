//! Cancels an OpenAI Upload: there is no official SDK for Rust, hence `reqwest`.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use reqwest::Client;
use serde_json::Value;
use std::env;

struct Uploads {
    client: Client,
    base: String,
    key: String,
}

impl Uploads {
    async fn cancel(&self, event: LambdaEvent<String>) -> Result<Value, Error> {
        let url = format!("{}/uploads/{}/cancel", self.base, event.payload);
        let answer = self.client.post(url).bearer_auth(&self.key).header("accept", "application/json").send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    rustls::crypto::ring::default_provider().install_default().expect("the only provider");
    let uploads = Uploads {
        // Its verifier honours SSL_CERT_FILE.
        client: Client::builder().build()?,
        base: env::var("OPENAI_BASE_URL").unwrap_or_else(|_| "https://api.openai.com/v1".into()),
        key: env::var("OPENAI_API_KEY")?,
    };
    run(service_fn(|event| uploads.cancel(event))).await
}
