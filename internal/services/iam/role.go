package iam

func (s *Service) roleMethods() methods { return methods{} }
