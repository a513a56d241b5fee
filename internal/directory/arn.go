package directory

// ARN of the user in its account.
func (u *User) ARN(account string) string {
	if u.arn != "" {
		return u.arn
	}
	return arn(account, "user", u.Path, u.Name)
}

// ARN of the group in its account.
func (g *Group) ARN(account string) string { return arn(account, "group", g.Path, g.Name) }

// ARN of the role in its account.
func (r *Role) ARN(account string) string {
	if r.arn != "" {
		return r.arn
	}
	return arn(account, "role", r.Path, r.Name)
}

// keepARN makes the ARN once, for the records of the state: every decision about
// a user or role asks for it.
func (u *User) keepARN(account string) { u.arn = arn(account, "user", u.Path, u.Name) }

func (r *Role) keepARN(account string) { r.arn = arn(account, "role", r.Path, r.Name) }

// ARN of the policy in its account.
func (p *Policy) ARN(account string) string { return arn(account, "policy", p.Path, p.Name) }

// ARN of the instance profile in its account.
func (p *InstanceProfile) ARN(account string) string {
	return arn(account, "instance-profile", p.Path, p.Name)
}

// RootARN is the root user's ARN.
func RootARN(account string) string { return "arn:aws:iam::" + account + ":root" }

func arn(account, kind, path, name string) string {
	return "arn:aws:iam::" + account + ":" + kind + path + name
}
