"""The back office: whoever runs the installation looks after its workspaces, behind a sign-in of its own."""
