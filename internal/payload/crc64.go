package payload

import (
	"encoding/binary"
	"hash/crc64"
)

// crc64NVME is the CRC-64 of the NVM Express specification, reflected, as S3 has it.
// hash/crc64 knows its polynomial as any other, for which it makes tables at each call;
// these are made once and take eight bytes at a time.
type crc64NVME struct{ sum uint64 }

// nvmePolynomial is 0xad93d23594c93659 in reversed bits.
const nvmePolynomial = 0x9a6c9329ac4bc9b5

var nvmeTables = func() (t [8]crc64.Table) {
	t[0] = *crc64.MakeTable(nvmePolynomial)
	for i := range 256 {
		crc := t[0][i]
		for j := 1; j < len(t); j++ {
			crc = t[0][byte(crc)] ^ crc>>8
			t[j][i] = crc
		}
	}
	return t
}()

func (c *crc64NVME) Write(p []byte) (int, error) {
	n, crc, t := len(p), ^c.sum, &nvmeTables
	for len(p) >= 8 {
		crc ^= binary.LittleEndian.Uint64(p)
		crc = t[7][byte(crc)] ^ t[6][byte(crc>>8)] ^ t[5][byte(crc>>16)] ^ t[4][byte(crc>>24)] ^
			t[3][byte(crc>>32)] ^ t[2][byte(crc>>40)] ^ t[1][byte(crc>>48)] ^ t[0][crc>>56]
		p = p[8:]
	}
	for _, b := range p {
		crc = t[0][byte(crc)^b] ^ crc>>8
	}
	c.sum = ^crc
	return n, nil
}

func (c *crc64NVME) Sum(b []byte) []byte { return binary.BigEndian.AppendUint64(b, c.sum) }
func (c *crc64NVME) Reset()              { c.sum = 0 }
func (c *crc64NVME) Size() int           { return crc64.Size }
func (c *crc64NVME) BlockSize() int      { return 1 }
