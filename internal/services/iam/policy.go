package iam

func (s *Service) policyMethods() methods { return methods{} }
