package directory

import "context"

// IdentityKey is the key that signs instance identity documents: one for the whole
// service, as AWS has one a region [regions-certs].
type IdentityKey struct {
	Version     int    `json:"v"`
	Certificate []byte `json:"certificate"` // X.509, DER, self-signed
	Key         []byte `json:"key"`         // PKCS #8, DER, sealed

	revision int64
}

// identityKeyKey is the record's key in the store.
const identityKeyKey = "identitykey"

func (k *IdentityKey) version() int        { return k.Version }
func (k *IdentityKey) setRevision(r int64) { k.revision = r }
func (k *IdentityKey) rev() int64          { return k.revision }
func (k *IdentityKey) whole() bool         { return len(k.Certificate) > 0 && len(k.Key) > 0 }

// IdentityKey is the service's, or nil where none was made yet.
func (d *Directory) IdentityKey() *IdentityKey { return d.snapshot.Load().identityKey }

// NewIdentityKey keeps the key that makes gives, where there is none yet, and returns
// the one that is kept: another node may have made it a moment ago.
func (d *Directory) NewIdentityKey(ctx context.Context, made *IdentityKey) (kept *IdentityKey, err error) {
	err = d.Update(ctx, d.FirstAccount(), func(tx *Tx) error {
		if kept = noted(&tx.View, identityKeyKey, tx.snapshot.identityKey); kept == nil {
			made.Version = recordVersion
			tx.stage(identityKeyKey, made)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d.IdentityKey(), nil
}
