package iam

func (s *Service) groupMethods() methods { return methods{} }
