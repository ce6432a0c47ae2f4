package locks

import "filippo.io/age"

// Keys of ssh are for the command line: their code would weigh a tenth of the engine.

func parseSSHRecipient(string) (age.Recipient, error) { return nil, ErrRecipient }

func parseSSHIdentity([]byte) ([]age.Identity, error) { return nil, ErrIdentity }
