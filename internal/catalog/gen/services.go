package main

func serviceData(pkg files) (index, data []byte, err error) { return nil, nil, nil }
