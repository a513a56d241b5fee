package iam

func (s *Service) userMethods() methods { return methods{} }
