/**
 * The configuration of our own tmux server. Nothing here expands `#(…)`, and no text from outside gets in.
 * `-q` where an older tmux doesn't know the option.
 */
export const tmuxConfig = `# Written by Coppice at each start. Your own ~/.tmux.conf is not read here.
set -s exit-empty off
set -s @coppice ours
set -s escape-time 20
set -s focus-events on
set -s default-terminal "screen-256color"
set -s set-clipboard external
set -g remain-on-exit on
set -g history-limit 10000
set -g mouse on
set -g update-environment ""
set -g detach-on-destroy on
set -g default-size 160x48
set -g window-size latest
set -gw allow-rename off
set -gw automatic-rename off
set -gwq allow-passthrough off
set -g set-titles off
set -g status on
set -g status-interval 0
set -g status-style "bg=colour236,fg=colour252"
set -g status-left-length 60
set -g status-left "#[bg=colour29,fg=colour231] #{session_name} #[default] "
set -g status-right " #{?client_readonly,watching,typing goes to the agent} | leave: C-b d "
set -g status-right-length 60
set -gw window-status-format ""
set -gw window-status-current-format ""
`;
