/* "Leave now" takes this page's place in the tab's history, and what the tab kept of an invitation is forgotten; without script it is a plain link. Enter on an answer does nothing, as on a phone. The rest of the script comes when the page is shown, and nothing waits for it. */
document.addEventListener("click",function(event){
var link=event.target.closest&&event.target.closest("[rel=noreferrer]");
if(link&&!event.ctrlKey&&!event.metaKey&&!event.shiftKey){event.preventDefault();location.replace(link.href);try{sessionStorage.clear()}catch(e){}}
});
document.addEventListener("keydown",function(event){
if(event.key=="Enter"&&event.target.nodeName=="INPUT")event.preventDefault()
});
addEventListener("load",function(){
var form=document.forms.survey,more=document.createElement("script");
if(form){more.src=form.dataset.more;document.body.appendChild(more)}
});
