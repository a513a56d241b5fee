package iam

func (s *Service) instanceProfileMethods() methods { return methods{} }
