// Goverify checks a site's public log with Go's own transparency-log
// packages, which know nothing of petitiond: golang.org/x/mod/sumdb/note and
// golang.org/x/mod/sumdb/tlog.  It prints TAP.
//
//	goverify [-old FILE] [-promise FILE]... PUBLIC
//
// PUBLIC is SITE/public (docs/log.md, section 1).  -old names a checkpoint
// kept from an earlier look; the log must be consistent with it.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	leafBytes  = 64
	tileHeight = 8
	bundle     = 1 << tileHeight
)

// tap counts checks and prints each as a line.
type tap struct{ run, failed int }

func (t *tap) check(err error, format string, args ...interface{}) bool {
	t.run++
	what := fmt.Sprintf(format, args...)
	if err != nil {
		t.failed++
		fmt.Printf("not ok %d - %s\n# %v\n", t.run, what, err)
		return false
	}
	fmt.Printf("ok %d - %s\n", t.run, what)
	return true
}

// keys gives the verifiers of one use from log/keys.
func keys(public, use string) (note.Verifiers, error) {
	text, err := os.ReadFile(filepath.Join(public, "log", "keys"))
	if err != nil {
		return nil, err
	}
	var list []note.Verifier
	for _, line := range strings.Split(string(text), "\n") {
		word := strings.SplitN(line, " ", 2)
		if len(word) != 2 || word[0] != use {
			continue
		}
		v, err := note.NewVerifier(word[1])
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if list == nil {
		return nil, fmt.Errorf("log/keys has no %s key", use)
	}
	return note.VerifierList(list...), nil
}

// lines splits a note's text, which must have n of them.
func lines(text string, n int) ([]string, error) {
	all := strings.Split(text, "\n")
	if len(all) != n+1 || all[n] != "" {
		return nil, fmt.Errorf("want %d lines, got %q", n, text)
	}
	return all[:n], nil
}

// checkpoint opens a signed checkpoint: its origin and the tree it names.
func checkpoint(path string, known note.Verifiers) (string, tlog.Tree, error) {
	var tree tlog.Tree
	msg, err := os.ReadFile(path)
	if err != nil {
		return "", tree, err
	}
	n, err := note.Open(msg, known)
	if err != nil {
		return "", tree, err
	}
	line, err := lines(n.Text, 3)
	if err != nil {
		return "", tree, err
	}
	if tree.N, err = strconv.ParseInt(line[1], 10, 64); err != nil {
		return "", tree, err
	}
	tree.Hash, err = tlog.ParseHash(line[2])
	return line[0], tree, err
}

// memory holds every hash of the tree, as tlog.StoredHashes orders them.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(m)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		out[i] = m[index]
	}
	return out, nil
}

// tiles reads the published hash tiles; TileHashReader checks them.
type tiles struct{ folder string }

func (t tiles) Height() int                         { return tileHeight }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

// path drops the height that Go's form of a tile's path has and C2SP's has
// not.
func path(t tlog.Tile) string {
	return strings.Replace(t.Path(), "tile/8/", "tile/", 1)
}

func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range list {
		data, err := os.ReadFile(filepath.Join(t.folder, path(tile)))
		if os.IsNotExist(err) && tile.W < bundle {
			width := tile.W
			tile.W = bundle
			data, err = os.ReadFile(
				filepath.Join(t.folder, path(tile)))
			if err == nil {
				data = data[:width*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

// entries reads all leaves and gives the tree's hashes.
func entries(folder string, size int64) ([][]byte, memory, error) {
	var leaves [][]byte
	var m memory
	for n := int64(0); n*bundle < size; n++ {
		width := bundle
		if size-n*bundle < bundle {
			width = int(size - n*bundle)
		}
		// Level -1 is Go's for "data", entries in C2SP's words.
		tile := tlog.Tile{H: tileHeight, L: -1, N: n, W: width}
		name := strings.Replace(path(tile), "tile/data", "tile/entries", 1)
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil && width < bundle {
			name = name[:strings.LastIndex(name, ".p/")]
			data, err = os.ReadFile(filepath.Join(folder, name))
		}
		if err != nil {
			return nil, nil, err
		}
		for i := 0; i < width; i++ {
			if len(data) < 2+leafBytes ||
				binary.BigEndian.Uint16(data) != leafBytes {
				return nil, nil, fmt.Errorf("%s: entry %d", name, i)
			}
			leaf := data[2 : 2+leafBytes]
			data = data[2+leafBytes:]
			h, err := tlog.StoredHashes(int64(len(leaves)), leaf, m)
			if err != nil {
				return nil, nil, err
			}
			m = append(m, h...)
			leaves = append(leaves, leaf)
		}
	}
	return leaves, m, nil
}

func sameHash(got, want tlog.Hash) error {
	if got != want {
		return fmt.Errorf("got %v, want %v", got, want)
	}
	return nil
}

// proveRecords checks inclusion of some leaves, proofs made from r.
func proveRecords(t *tap, tree tlog.Tree, leaves [][]byte, r tlog.HashReader, from string) {
	for _, i := range []int64{0, 1, tree.N / 2, tree.N - 2, tree.N - 1} {
		if i < 0 || i >= tree.N {
			continue
		}
		proof, err := tlog.ProveRecord(tree.N, i, r)
		if err == nil {
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, i,
				tlog.RecordHash(leaves[i]))
		}
		t.check(err, "leaf %d is in the tree, by %s", i, from)
	}
}

// proveTree checks that the tree goes on from an older one.
func proveTree(t *tap, tree, old tlog.Tree, m memory, what string) {
	proof, err := tlog.ProveTree(tree.N, old.N, m)
	if err == nil {
		err = tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
	}
	t.check(err, "the tree goes on from %s (%d leaves)", what, old.N)
}

func verifyYear(t *tap, folder string, known note.Verifiers, oldPath string) {
	year := filepath.Base(folder)
	origin, tree, err := checkpoint(filepath.Join(folder, "checkpoint"), known)
	if !t.check(err, "the checkpoint of %s opens", year) {
		return
	}
	if !strings.HasSuffix(origin, "/log/"+year) {
		err = fmt.Errorf("it is %q", origin)
	}
	t.check(err, "its origin is of %s", year)
	leaves, m, err := entries(folder, tree.N)
	if !t.check(err, "all %d leaves are there", tree.N) {
		return
	}
	if tree.N == 0 {
		return // tlog has no trees without leaves
	}
	root, err := tlog.TreeHash(tree.N, m)
	if err == nil {
		err = sameHash(root, tree.Hash)
	}
	t.check(err, "the leaves give the root")
	proveRecords(t, tree, leaves, m, "the entries")
	proveRecords(t, tree, leaves,
		tlog.TileHashReader(tree, tiles{folder}), "the hash tiles")
	for _, n := range []int64{1, tree.N / 3, tree.N - 1} {
		if n < 1 || n >= tree.N {
			continue
		}
		root, err := tlog.TreeHash(n, m)
		if t.check(err, "the root at %d", n) {
			proveTree(t, tree, tlog.Tree{N: n, Hash: root}, m, "itself")
		}
	}
	if oldPath == "" {
		return
	}
	oldOrigin, old, err := checkpoint(oldPath, known)
	if err == nil && oldOrigin != origin {
		return // of another year
	}
	if t.check(err, "the older checkpoint opens") && old.N > 0 {
		proveTree(t, tree, old, m, "the older checkpoint")
	}
}

func verifyPromise(path string, known note.Verifiers) error {
	msg, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	n, err := note.Open(msg, known)
	if err != nil {
		return err
	}
	line, err := lines(n.Text, 4)
	if err != nil {
		return err
	}
	if line[0] != n.Sigs[0].Name+"/v1" {
		return fmt.Errorf("the first line is %q", line[0])
	}
	if _, err = strconv.ParseUint(line[1], 10, 64); err != nil {
		return err
	}
	if _, err = tlog.ParseHash(line[2]); err != nil || line[3] == "-" {
		return err
	}
	_, err = strconv.ParseUint(line[3], 10, 64)
	return err
}

func verify(t *tap, public, oldPath string, promises []string) {
	known, err := keys(public, "checkpoint")
	if !t.check(err, "log/keys has a checkpoint key") {
		return
	}
	years, _ := filepath.Glob(filepath.Join(public, "log", "[0-9][0-9][0-9][0-9]"))
	if len(years) == 0 {
		err = fmt.Errorf("there is none below %s", public)
	}
	t.check(err, "there is a log")
	for _, folder := range years {
		verifyYear(t, folder, known, oldPath)
	}
	known, err = keys(public, "promise")
	if !t.check(err, "log/keys has a promise key") {
		return
	}
	for _, path := range promises {
		t.check(verifyPromise(path, known), "the promise in %s is signed",
			filepath.Base(path))
	}
}

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	var promises list
	old := flag.String("old", "", "a checkpoint of an earlier look")
	flag.Var(&promises, "promise", "a promise note; may be repeated")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr,
			"usage: goverify [-old FILE] [-promise FILE]... PUBLIC")
		os.Exit(2)
	}
	var t tap
	verify(&t, flag.Arg(0), *old, promises)
	fmt.Printf("1..%d\n", t.run)
	if t.failed > 0 {
		os.Exit(1)
	}
}
