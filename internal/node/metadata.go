package node

import "time"

// checkMetadata checks the settings of the instance metadata service.
func (c *Config) checkMetadata() error {
	if l := c.CredentialsLifetime; l < 0 || l > 0 && (l < shortestLifetime || l > longestLifetime) {
		return &Setting{"--instance-credentials-lifetime", l.String(), "10s to 36h, as 6h"}
	}
	if !c.servesMetadata() {
		return nil
	}
	return c.checkListener("--metadata-listen", c.MetadataListen)
}

const (
	shortestLifetime = 10 * time.Second
	longestLifetime  = 36 * time.Hour
)

func (c *Config) servesMetadata() bool { return c.MetadataListen != "" && c.MetadataListen != "off" }
