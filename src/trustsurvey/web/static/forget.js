/* The answers are sent: what the tab kept of an invitation is forgotten. */
try{sessionStorage.clear()}catch(e){}
