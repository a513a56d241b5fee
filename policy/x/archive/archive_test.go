package archive

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

// build makes an archive of texts and gives where each one is.
func build(t *testing.T, texts []string) (string, []Location) {
	t.Helper()
	var w Writer
	at := make([]Location, len(texts))
	for i, text := range texts {
		var err error
		if at[i], err = w.Add([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	data, err := w.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return string(data), at
}

func someTexts() []string {
	return []string{
		"", "a", strings.Repeat("short ", 1000), "",
		strings.Repeat("longer than a block ", BlockSize/10),
		strings.Repeat("x", BlockSize), strings.Repeat("y", BlockSize-1), "zz", "é\x00\n\t",
	}
}

func TestTextsComeBackInAnyOrder(t *testing.T) {
	texts := someTexts()
	data, at := build(t, texts)
	r := NewReader(data)
	for _, order := range [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8}, {8, 7, 6, 5, 4, 3, 2, 1, 0}, {4, 4, 8, 1, 1, 5}} {
		for _, i := range order {
			got, err := r.Text(at[i])
			if err != nil || got != texts[i] {
				t.Fatalf("text %d: %d bytes, %v; want %d bytes", i, len(got), err, len(texts[i]))
			}
		}
	}
}

func TestTextsShareBlocksUpToTheirSize(t *testing.T) {
	_, at := build(t, someTexts())
	if at[1].Block != at[2].Block || at[2].Offset != 1 {
		t.Errorf("short texts are apart: %v, %v", at[1], at[2])
	}
	if at[4].Block == at[3].Block || at[4].Offset != 0 || at[5].Block == at[4].Block {
		t.Errorf("a text longer than a block has company: %v, %v, %v", at[3], at[4], at[5])
	}
}

func TestOutputDependsOnTheTextsAlone(t *testing.T) {
	first, _ := build(t, someTexts())
	second, _ := build(t, someTexts())
	if first != second {
		t.Error("two archives of the same texts differ")
	}
	if !bytes.Equal([]byte(first[4:8]), make([]byte, 4)) {
		t.Errorf("the gzip header carries a time: % x", first[:10])
	}
}

func TestReaderIsSafeForSeveralGoroutines(t *testing.T) {
	texts := someTexts()
	data, at := build(t, texts)
	r := NewReader(data)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for n := range 200 {
				i := (g + n) % len(texts)
				if got, err := r.Text(at[i]); err != nil || got != texts[i] {
					t.Errorf("text %d: %v", i, err)
				}
			}
		})
	}
	all.Wait()
}

func TestTextRefusesWhatIsNotThere(t *testing.T) {
	data, at := build(t, someTexts())
	damaged := []byte(data)
	damaged[len(damaged)-6] ^= 1 // within the checksum of the last block
	tests := []struct {
		name string
		data string
		at   Location
		want string
	}{
		{"block before the start", data, Location{Block: -1}, "no block"},
		{"block after the end", data, Location{Block: len(data)}, "no block"},
		{"block in the middle of another", data, Location{Block: 3}, "gzip"},
		{"negative offset", data, Location{Offset: -1}, "outside its block"},
		{"negative length", data, Location{Length: -1}, "outside its block"},
		{"offset after the end", data, Location{Offset: 1 << 30}, "outside its block"},
		{"length after the end", data, Location{Offset: 1, Length: 1 << 62}, "outside its block"},
		{"damaged block", string(damaged), at[8], "checksum"},
		{"truncated block", data[:len(data)-10], at[8], "unexpected EOF"},
		{"empty archive", "", Location{}, "no block"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, err := NewReader(tt.data).Text(tt.at)
			if err == nil || !strings.Contains(err.Error(), tt.want) || text != "" {
				t.Errorf("got %q, %v; want an error with %q", text, err, tt.want)
			}
		})
	}
}

func TestLocationText(t *testing.T) {
	want := Location{Block: 12, Offset: 0, Length: 345}
	if got, err := ParseLocation(want.String()); err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	for _, bad := range []string{"", "1", "1:2", "1:2:", "1:2:x", "1:2:3:4", "1:2:3 ", "01:2:3"} {
		if got, err := ParseLocation(bad); err == nil {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
}
