package iam

func (s *Service) inlinePolicyMethods() methods { return methods{} }
