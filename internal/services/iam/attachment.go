package iam

func (s *Service) attachmentMethods() methods { return methods{} }
