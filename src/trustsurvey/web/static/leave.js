/* "Leave now" takes this page's place in the tab's history. Without script it is a plain link. */
document.addEventListener("click",function(event){
var link=event.target.closest&&event.target.closest("[rel=noreferrer]");
if(link&&!event.ctrlKey&&!event.metaKey&&!event.shiftKey){event.preventDefault();location.replace(link.href)}
});
