package iam

func (s *Service) loginProfileMethods() methods { return methods{} }
