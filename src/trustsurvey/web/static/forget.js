/* The answers are sent: what the tab remembered is forgotten. */
try{sessionStorage.clear()}catch(e){}
