package iam

func (s *Service) accessKeyMethods() methods { return methods{} }
