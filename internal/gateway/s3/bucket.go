package s3

// bucketMethods are the operations on buckets, and on what the directory keeps of them.
func (g *Gateway) bucketMethods() methods { return methods{} }
