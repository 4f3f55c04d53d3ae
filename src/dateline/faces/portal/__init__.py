"""The portal: where issuers write, schedule, watch and read what came of it."""
