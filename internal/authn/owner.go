package authn

// Owner is the first account's root user, for calls that come over the control
// socket: the operating system lets nobody open it but the owner of the data
// folder, who owns what is in it.
func (a *Authenticator) Owner() *Caller {
	account := a.directory.FirstAccount()
	return &Caller{Principal: RootPrincipal(account), mark: a.directory.View(account).Mark(), owner: true}
}
