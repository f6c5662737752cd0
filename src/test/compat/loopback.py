"""An HTTP/1.1 server on a loopback port of the system's choice; what the front and OpenAI's stub have in common."""

import http.server
import pathlib


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write and no waiting for an acknowledgement: otherwise an answer can take 40 ms longer than it should.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def body(self):
        """The request's body, whether it has a length or comes in chunks."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return body
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def answer(self, status, headers, body):
        """Sends an answer; headers are pairs, since a name may come twice."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)
        self.wfile.flush()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def address(self):
        return f"127.0.0.1:{self.server_port}"


def tell(file, *addresses):
    """Writes the addresses, one a line, into a file that appears only when it is complete."""
    file = pathlib.Path(file)
    part = file.with_suffix(".part")
    part.write_text("".join(address + "\n" for address in addresses))
    part.rename(file)
