// Cancels an OpenAI Upload.
import OpenAI from 'openai';

// Reads OPENAI_API_KEY and OPENAI_BASE_URL; Node honours NODE_EXTRA_CA_CERTS.
const client = new OpenAI();

export const handler = (uploadId) => client.uploads.cancel(uploadId);
