package iam

func (s *Service) accountMethods() methods { return methods{} }
