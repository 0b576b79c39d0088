// Writes the test vectors of the lock info codec: what Go's encoding/json makes of lock infos, as JSON lines.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockInfo has the exported fields of the lock info that Terraform and OpenTofu encode, in their order.
type lockInfo struct {
	ID, Operation, Info, Who, Version string
	Created                           time.Time
	Path                              string
}

// encoding is one lock info, its time as numbers, and the JSON that Go writes for it.
type encoding struct {
	Name, ID, Operation, Info, Who, Version, Path string
	Seconds                                       int64
	Nanos                                         int
	JSON                                          string
}

// decoding is one JSON text, and either the JSON of what Go reads from it, or a mark that Go refuses it.
type decoding struct {
	Name, In string
	Out      string `json:",omitempty"`
	Refused  bool   `json:",omitempty"`
}

const id = "6f0c7bb0-9e3f-4b8e-8f0e-3e1d2c9a5b10"

func plain() lockInfo {
	return lockInfo{
		ID: id, Operation: "OperationTypeApply", Info: "", Who: "dana@build-7", Version: "statelock/0.1.0",
		Created: time.Date(2026, 1, 2, 3, 4, 5, 380000000, time.UTC), Path: "bucket/env:/prod/network.tfstate",
	}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run . FOLDER")
	}
	write(filepath.Join(os.Args[1], "lockinfo-vectors.jsonl"), encodings())
	write(filepath.Join(os.Args[1], "lockinfo-decodings.jsonl"), decodings())
}

func encodings() []encoding {
	var all []encoding
	add := func(name string, info lockInfo) { all = append(all, encode(name, info)) }
	add("plain", plain())
	add("every field empty, zero time", lockInfo{})
	for name, text := range texts() {
		info := plain()
		info.Info = text.text
		add(fmt.Sprintf("info %02d: %s", name, text.name), info)
		add(fmt.Sprintf("everywhere %02d: %s", name, text.name), lockInfo{
			ID: text.text, Operation: text.text, Info: text.text, Who: text.text, Version: text.text,
			Created: info.Created, Path: text.text,
		})
	}
	for _, created := range times() {
		info := plain()
		info.Created = created
		add("created "+created.Format(time.RFC3339Nano), info)
	}
	random := rand.New(rand.NewSource(20260102))
	for i := range 200 {
		add(fmt.Sprintf("random %d", i), randomInfo(random))
	}
	return all
}

type namedText struct{ name, text string }

func texts() []namedText {
	return []namedText{
		{"HTML", `<a href="x">R&D</a>`},
		{"quotes and backslashes", `say "no" to C:\new\table\u0041 \\ /`},
		{"line ends and tabs", "one\ntwo\r\nthree\tfour"},
		{"line and paragraph separator", "a\u2028b\u2029c\u2027d\u202ae"},
		{"emoji and joiners", "👩‍💻 🏳️‍🌈 😀"},
		{"composed", "caf\u00e9 \u1e69"},
		{"decomposed", "cafe\u0301 s\u0323\u0307"},
		{"delete", "a\u007fb"},
		{"C1 controls", "a\u0080b\u0085c\u009fd"},
		{"replacement character", "a\ufffdb"},
		{"noncharacters and the last code point", "\ufffe\uffff\U0001ffff\U0010ffff"},
		{"next to the surrogates", "\ud7ff\ue000\U00010000"},
		{"byte order mark and no-break space", "\ufeffa\u00a0b"},
		{"right to left", "שלום \u202eabc\u202c مرحبا"},
		{"soft folds", "Kſİı"},
		{"all of ASCII that is visible", visible()},
		{"600 characters", strings.Repeat("0123456789", 60)},
	}
}

func visible() string {
	var all strings.Builder
	for c := rune(' '); c < 0x7f; c++ {
		all.WriteRune(c)
	}
	return all.String()
}

func times() []time.Time {
	var all []time.Time
	for _, nanos := range []int{0, 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 120, 120000, 120000000,
		380000000, 123456789, 999999999, 999999990, 900000000, 5, 50, 500, 1001, 100000001} {
		all = append(all, time.Date(2026, 11, 20, 13, 35, 5, nanos, time.UTC))
	}
	return append(all,
		time.Time{},
		time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC),
		time.Date(999, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(1582, 10, 10, 12, 0, 0, 0, time.UTC),
		time.Date(1969, 12, 31, 23, 59, 59, 999999999, time.UTC),
		time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		time.Date(2100, 3, 1, 0, 0, 0, 0, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC))
}

func randomInfo(random *rand.Rand) lockInfo {
	text := func() string { return randomText(random) }
	return lockInfo{
		ID: text(), Operation: text(), Info: text(), Who: text(), Version: text(), Path: text(),
		Created: time.Unix(random.Int63n(315537897600)-62135596800, random.Int63n(1000000000)).UTC(),
	}
}

func randomText(random *rand.Rand) string {
	const special = "<>&\"\\/\n\r\t\u2028\u2029\ufffd\u007f'`{}[]:,"
	var text strings.Builder
	for range random.Intn(40) {
		switch random.Intn(4) {
		case 0:
			specials := []rune(special)
			text.WriteRune(specials[random.Intn(len(specials))])
		case 1:
			text.WriteRune(rune(0x80 + random.Intn(0xd800-0x80)))
		case 2:
			text.WriteRune(rune(0xe000 + random.Intn(0x110000-0xe000)))
		default:
			text.WriteRune(rune(' ' + random.Intn(0x5f)))
		}
	}
	return text.String()
}

func encode(name string, info lockInfo) encoding {
	out := marshal(info)
	var back lockInfo
	if err := json.Unmarshal(out, &back); err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	if again := marshal(back); !bytes.Equal(again, out) {
		log.Fatalf("%s: encoded %s, decoded and encoded again %s", name, out, again)
	}
	return encoding{
		Name: name, ID: info.ID, Operation: info.Operation, Info: info.Info, Who: info.Who, Version: info.Version,
		Path: info.Path, Seconds: info.Created.Unix(), Nanos: info.Created.Nanosecond(), JSON: string(out),
	}
}

func decodings() []decoding {
	var all []decoding
	for _, in := range []namedText{
		{"empty object", `{}`},
		{"white space", " \n\t{ \"ID\" :\r\n \"x\" } \n"},
		{"any order", `{"Path":"p","Created":"2026-01-02T03:04:05Z","ID":"x","Who":"w","Info":"i","Operation":"o","Version":"v"}`},
		{"unknown keys", `{"Other":{"ID":"no","deep":[1,[2,{"a":null}]]},"ID":"x","More":-1.5e+300,"Flag":true}`},
		{"duplicates", `{"ID":"first","Created":"2026-01-02T03:04:05Z","ID":"last","Created":"2027-01-02T03:04:05Z"}`},
		{"null is missing", `{"ID":null,"Operation":null,"Created":null}`},
		{"null after a text", `{"ID":"x","ID":null,"Created":"2026-01-02T03:04:05Z","Created":null}`},
		{"keys in lower case", `{"id":"x","operation":"o","info":"i","who":"w","version":"v","created":"2026-01-02T03:04:05Z","path":"p"}`},
		{"keys in mixed case", `{"iD":"x","OPERATION":"o","CREATED":"2026-01-02T03:04:05Z"}`},
		{"exact key, then folded", `{"ID":"exact","id":"folded"}`},
		{"folded key, then exact", `{"id":"folded","ID":"exact"}`},
		{"long s", `{"Verſion":"v","Operation":"o"}`},
		{"dotless and dotted i", `{"ıD":"x","İD":"y","Verſıon":"v"}`},
		{"escaped keys", `{"\u0049D":"x"}`},
		{"escapes", `{"ID":"\u0041\/\"\\\n\r\t\u003c<\u2028\ud83d\ude00"}`},
		{"unpaired high surrogate", `{"ID":"a\ud800b"}`},
		{"unpaired low surrogate", `{"ID":"a\udc00b"}`},
		{"surrogates in the wrong order", `{"ID":"\udc00\ud800"}`},
		{"two high surrogates", `{"ID":"\ud800\ud83d\ude00"}`},
		{"offset ahead", `{"Created":"2026-01-02T03:04:05.123456789+02:00"}`},
		{"offset behind, over the year", `{"Created":"2025-12-31T22:00:00-03:30"}`},
		{"offset zero", `{"Created":"2026-01-02T03:04:05+00:00"}`},
		{"trailing zeros in the fraction", `{"Created":"2026-01-02T03:04:05.380000Z"}`},
		{"an array", `[]`},
		{"a string", `"x"`},
		{"nothing", ``},
		{"white space only", "  \n"},
		{"cut off", `{"ID":"x"`},
		{"cut off in a string", `{"ID":"x`},
		{"trailing object", `{"ID":"x"}{"ID":"y"}`},
		{"trailing garbage", `{"ID":"x"}x`},
		{"trailing comma", `{"ID":"x",}`},
		{"single quotes", `{'ID':'x'}`},
		{"comment", `{"ID":"x"/**/}`},
		{"unquoted key", `{ID:"x"}`},
		{"raw line feed in a string", "{\"ID\":\"a\nb\"}"},
		{"raw NUL in a string", "{\"ID\":\"a\x00b\"}"},
		{"unknown escape", `{"ID":"\x41"}`},
		{"leading zero", `{"Other":01}`},
		{"not a number", `{"Other":NaN}`},
		{"byte order mark", "\ufeff{}"},
		{"number for a text", `{"ID":1}`},
		{"object for a text", `{"Who":{}}`},
		{"boolean for a text", `{"Info":true}`},
		{"array for a text", `{"Path":["p"]}`},
		{"number for a time", `{"Created":1767323045}`},
		{"empty time", `{"Created":""}`},
		{"time without zone", `{"Created":"2026-01-02T03:04:05"}`},
		{"time with a space", `{"Created":"2026-01-02 03:04:05Z"}`},
		{"time in lower case", `{"Created":"2026-01-02t03:04:05z"}`},
		{"time without seconds", `{"Created":"2026-01-02T03:04Z"}`},
		{"year of five digits", `{"Created":"10000-01-02T03:04:05Z"}`},
		{"year with a sign", `{"Created":"-0001-01-02T03:04:05Z"}`},
		{"day that is not", `{"Created":"2026-02-29T03:04:05Z"}`},
		{"hour 24", `{"Created":"2026-01-02T24:00:00Z"}`},
		{"leap second", `{"Created":"2016-12-31T23:59:60Z"}`},
	} {
		all = append(all, decode(in))
	}
	return all
}

func decode(in namedText) decoding {
	var info lockInfo
	if json.Unmarshal([]byte(in.text), &info) != nil {
		return decoding{Name: in.name, In: in.text, Refused: true}
	}
	info.Created = info.Created.UTC()
	return decoding{Name: in.name, In: in.text, Out: string(marshal(info))}
}

func marshal(info lockInfo) []byte {
	out, err := json.Marshal(info)
	if err != nil {
		log.Fatal(err)
	}
	return out
}

func write[T any](file string, lines []T) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			log.Fatal(err)
		}
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
