package stream

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v3"
)

// kioskToView is the environment's word for the address of a kiosk's pages.
const kioskToView = "STREAM_TEST_KIOSK"

// TestViewsAKiosk joins a kiosk that runs elsewhere, as its page does, and writes
// down what the kiosk sends, a message a line, until it sends no more. The test
// of the program that traces its datagrams runs this beside it.
func TestViewsAKiosk(t *testing.T) {
	at := os.Getenv(kioskToView)
	if at == "" {
		t.Skip("skipped: this is run by the tests of the program")
	}
	p := newPage(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/mirror", strings.NewReader(p.offer(t)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/sdp")
	request.Header.Set("Origin", at)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", response.Status, answer, err)
	}
	if err := p.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}); err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case b := <-p.messages:
			decode(t, b)
			fmt.Println("message", hex.EncodeToString(b))
		case <-p.closed:
			return
		case <-time.After(patience):
			t.Fatal("the kiosk says nothing any more")
		}
	}
}
