// An independent reader of the audit log: Go's own sumdb/note and sumdb/tlog, which verify the checksums of every Go
// module, read checkpoint and tiles over HTTP and hold them against each other. Only the paths differ: Go asks for
// tile/8/0/x001/067, C2SP tlog-tiles calls it tile/0/x001/067, and entries instead of data.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type config struct {
	HTTP string `json:"http"`
}

var base string

func check(name string, err error) {
	if err == nil {
		fmt.Println("ok " + name)
		return
	}
	fmt.Printf("not ok %s - %.600s\n", name, err)
}

func get(path string) ([]byte, http.Header, error) {
	client := http.Client{Timeout: 20 * time.Second}
	answer, err := client.Get(base + path)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 16<<20))
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("%s answers %d: %.200s", path, answer.StatusCode, body)
	}
	return body, answer.Header, err
}

// The path of a tile as C2SP tlog-tiles writes it.
func pathOf(tile tlog.Tile) string {
	parts := strings.SplitN(tile.Path(), "/", 4) // tile, height, level or data, number
	level := parts[2]
	if level == "data" {
		level = "entries"
	}
	return "/audit/log/tile/" + level + "/" + parts[3]
}

type reader struct{ fetched int }

func (r *reader) Height() int { return 8 }
func (r *reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(tiles))
	for i, tile := range tiles {
		body, header, err := get(pathOf(tile))
		if err != nil {
			return nil, err
		}
		if kind := header.Get("content-type"); kind != "application/octet-stream" {
			return nil, fmt.Errorf("a tile is served as %s", kind)
		}
		if tile.W == 256 && !strings.Contains(header.Get("cache-control"), "immutable") {
			return nil, fmt.Errorf("a full tile may not be kept: %s", header.Get("cache-control"))
		}
		r.fetched++
		found[i] = body
	}
	return found, nil
}
func (r *reader) SaveTiles([]tlog.Tile, [][]byte) {}

// A checkpoint's tree, once its signature is the key's.
func open(message []byte, verifiers note.Verifiers) (tlog.Tree, error) {
	opened, err := note.Open(message, verifiers)
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, fmt.Errorf("a checkpoint of %d lines", len(lines))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("no root: %q", lines[2])
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

// The texts of a bundle: each behind its length in two bytes.
func entriesOf(bundle []byte) ([][]byte, error) {
	var texts [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
			return nil, fmt.Errorf("a bundle ends within an entry")
		}
		size := int(binary.BigEndian.Uint16(bundle))
		texts = append(texts, bundle[2:2+size])
		bundle = bundle[2+size:]
	}
	return texts, nil
}

// Every entry of the bundle that holds a leaf hashes to what the tiles say of it, and the leaf is in the tree.
func included(tree tlog.Tree, index int64, hashes tlog.HashReader) error {
	number := index / 256
	width := int64(256)
	if tree.N-number*256 < width {
		width = tree.N - number*256
	}
	bundle, _, err := get(pathOf(tlog.Tile{H: 8, L: -1, N: number, W: int(width)}))
	if err != nil {
		return err
	}
	texts, err := entriesOf(bundle)
	if err != nil {
		return err
	}
	if int64(len(texts)) != width {
		return fmt.Errorf("a bundle of %d has %d entries", width, len(texts))
	}
	proof, err := tlog.ProveRecord(tree.N, index, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(texts[index%256]))
}

func sample(size int64) []int64 {
	found := []int64{0, size - 1}
	for _, at := range []int64{size / 3, size / 2, 255, 256, size - 2} {
		if at > 0 && at < size {
			found = append(found, at)
		}
	}
	return found
}

// The sandbox's own proof of an entry, read with Go's tlog: C2SP tlog-proof.
func offlineProof(entry string, verifiers note.Verifiers) error {
	body, _, err := get("/audit/log/proof?entry=" + entry)
	if err != nil {
		return err
	}
	head, message, found := strings.Cut(string(body), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("no proof: %.200s", body)
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := open([]byte(message), verifiers)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(text), `["entry/1",`+entry+`,`) {
		return fmt.Errorf("the proof is of %.80s", text)
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(text))
}

// The newest ledger entry among the first leaves.
func anEntry() (string, error) {
	bundle, _, err := get("/audit/log/tile/entries/000.p/3")
	if err != nil {
		return "", err
	}
	texts, err := entriesOf(bundle)
	if err != nil {
		return "", err
	}
	for _, text := range texts {
		var leaf []json.RawMessage
		if json.Unmarshal(text, &leaf) == nil && string(leaf[0]) == `"entry/1"` {
			return string(leaf[1]), nil
		}
	}
	return "", fmt.Errorf("no entry among the first leaves")
}

// Something happens in the sandbox, and is in the log within seconds.
func grown(former tlog.Tree, verifiers note.Verifiers) (tlog.Tree, error) {
	answer, err := http.Post(base+"/sandbox/test-payment", "application/json", strings.NewReader("{}"))
	if err != nil {
		return former, err
	}
	answer.Body.Close()
	if answer.StatusCode != 200 {
		return former, fmt.Errorf("a test payment was answered %d", answer.StatusCode)
	}
	for try := 0; try < 60; try++ {
		message, _, err := get("/audit/log/checkpoint")
		if err != nil {
			return former, err
		}
		tree, err := open(message, verifiers)
		if err != nil || tree.N > former.N {
			return tree, err
		}
		time.Sleep(250 * time.Millisecond)
	}
	return former, fmt.Errorf("nothing was sealed within 15 seconds")
}

func main() {
	var found config
	contents, err := os.ReadFile(os.Args[len(os.Args)-1])
	if err == nil {
		err = json.Unmarshal(contents, &found)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	base = found.HTTP
	key, _, err := get("/audit/log/vkey")
	var verifier note.Verifier
	if err == nil {
		verifier, err = note.NewVerifier(strings.TrimSpace(string(key)))
	}
	check("the verifier key is one", err)
	if err != nil {
		os.Exit(1)
	}
	verifiers := note.VerifierList(verifier)
	message, _, err := get("/audit/log/checkpoint")
	var first tlog.Tree
	if err == nil {
		first, err = open(message, verifiers)
	}
	check("the checkpoint is signed by the key", err)
	_, forged := open([]byte(strings.Replace(string(message), "\n"+strconv.FormatInt(first.N, 10)+"\n", "\n1\n", 1)), verifiers)
	if forged == nil {
		forged = fmt.Errorf("another size is taken under the same signature")
	} else {
		forged = nil
	}
	check("a changed checkpoint is refused", forged)
	tiles := &reader{}
	hashes := tlog.TileHashReader(first, tiles)
	root, err := tlog.TreeHash(first.N, hashes)
	if err == nil && root != first.Hash {
		err = fmt.Errorf("the tiles make %s, the checkpoint says %s", root, first.Hash)
	}
	check("the tiles make the checkpoint’s root", err)
	err = nil
	for _, index := range sample(first.N) {
		if err == nil {
			err = included(first, index, hashes)
		}
	}
	check("leaves are included, as their entries read", err)
	entry, err := anEntry()
	if err == nil {
		err = offlineProof(entry, verifiers)
	}
	check("an entry’s own proof holds offline", err)
	second, err := grown(first, verifiers)
	check("what happens is sealed within seconds", err)
	if err == nil {
		var proof tlog.TreeProof
		proof, err = tlog.ProveTree(second.N, first.N, tlog.TileHashReader(second, tiles))
		if err == nil {
			err = tlog.CheckTree(proof, second.N, second.Hash, first.N, first.Hash)
		}
	}
	check("the newer checkpoint only appends to the older", err)
}
