/* What every resident's page does from the start. "Leave now" and Escape pressed three times blank the page, forget what this site keeps on the phone and put another page in this one's place in the tab's history; without script it is a plain link. Enter on an answer does nothing, as on a phone. The rest of the script comes when the page is shown, and nothing waits for it. */
(function(){
var exit=document.querySelector(".leave"),presses=0,last=0,gone;
function go(){
if(!gone)location.replace(exit.href);
gone=1
}
/* Back to the page's first step, so that none of its steps is left behind; soon in any case. */
function first(){
var depth=history.state&&history.state.depth;
if(!depth)return go();
addEventListener("popstate",go);
history.go(-depth);
setTimeout(go,150)
}
function leave(){
if(!document.dispatchEvent(new CustomEvent("leave",{cancelable:true})))return;
document.title="\u00a0";
document.body.style.display="none";
var jobs=[];
try{
sessionStorage.clear();
indexedDB.deleteDatabase("answers");
jobs=[caches.keys().then(function(names){return Promise.all(names.map(function(name){return caches.delete(name)}))}),
navigator.serviceWorker.getRegistrations().then(function(all){return Promise.all(all.map(function(one){return one.unregister()}))})]
}catch(e){}
if(!jobs.length)return first();
setTimeout(first,250);
Promise.all(jobs).then(first,first)
}
document.addEventListener("click",function(event){
var link=event.target.closest&&event.target.closest("[rel=noreferrer]");
if(link&&!event.ctrlKey&&!event.metaKey&&!event.shiftKey){event.preventDefault();leave()}
});
document.addEventListener("keydown",function(event){
if(event.key=="Enter"&&event.target.nodeName=="INPUT")event.preventDefault();
if(event.key!="Escape")return;
presses=event.timeStamp-last<1500?presses+1:1;
last=event.timeStamp;
if(presses>2)leave()
});
addEventListener("load",function(){
var form=document.forms.survey,more=document.createElement("script");
if(form){more.src=form.dataset.more;document.body.appendChild(more)}
})
})();
