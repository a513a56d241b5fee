package authn

// Owner is the first account's root user, for calls that come over the control
// socket: the operating system lets nobody open it but the owner of the data
// folder, who owns what is in it. Before there is an account there is no owner.
func (a *Authenticator) Owner() (*Caller, error) {
	account := a.directory.FirstAccount()
	v := a.directory.View(account)
	if account == "" || v.AccountRecord() == nil {
		return nil, &Fault{Kind: UnknownKey}
	}
	return &Caller{Principal: RootPrincipal(account), mark: v.Mark(), owner: true}, nil
}
