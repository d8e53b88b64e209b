/* "Leave now" takes this page's place in the tab's history, and what the tab kept of an invitation is forgotten; without script it is a plain link. Enter on an answer does nothing, as on a phone. */
document.addEventListener("click",function(event){
var link=event.target.closest&&event.target.closest("[rel=noreferrer]");
if(link&&!event.ctrlKey&&!event.metaKey&&!event.shiftKey){event.preventDefault();location.replace(link.href);try{sessionStorage.clear()}catch(e){}}
});
document.addEventListener("keydown",function(event){
if(event.key=="Enter"&&event.target.nodeName=="INPUT")event.preventDefault()
});
