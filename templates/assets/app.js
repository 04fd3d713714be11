// Progressive enhancement only: every page works without this file.
(()=>{
  const root=document.documentElement, $=(s,e=document)=>e.querySelector(s), $$=(s,e=document)=>[...e.querySelectorAll(s)];
  const say=t=>{const l=$('#live'); if(l){l.textContent=''; requestAnimationFrame(()=>l.textContent=t)}};
  // theme: server writes data-theme from a cookie; this only flips it
  $$('[data-theme-toggle]').forEach(b=>b.addEventListener('click',()=>{
    const dark=root.dataset.theme?root.dataset.theme==='dark':matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme=dark?'light':'dark'; document.cookie='theme='+root.dataset.theme+';path=/;max-age=31536000;samesite=lax'; say('Theme: '+root.dataset.theme)}));
  $$('[data-copy-link]').forEach(b=>b.addEventListener('click',()=>navigator.clipboard&&navigator.clipboard.writeText(location.href).then(()=>say('Link copied'))));
  // chart crosshair: values come from the data table beside the chart, so text and picture cannot disagree
  $$('figure[data-chart]').forEach(f=>{
    const svg=$('svg',f), rows=$$('tbody tr',f).map(r=>[...r.cells].map(c=>c.textContent.trim())), heads=$$('thead th',f).map(h=>h.textContent.trim());
    const x0=+svg.dataset.x0,x1=+svg.dataset.x1,w=svg.viewBox.baseVal.width; let tip; const ns='http://www.w3.org/2000/svg';
    const line=document.createElementNS(ns,'line'); line.setAttribute('class','base'); line.setAttribute('y1',svg.dataset.y0); line.setAttribute('y2',svg.dataset.y1); line.setAttribute('visibility','hidden'); svg.append(line);
    svg.addEventListener('pointermove',e=>{const b=svg.getBoundingClientRect(), n=rows.length, px=(e.clientX-b.left)/b.width*w;
      const i=Math.max(0,Math.min(n-1,Math.round((px-x0)/(x1-x0)*(n-1)))), x=x0+(x1-x0)*i/(n-1);
      line.setAttribute('x1',x); line.setAttribute('x2',x); line.setAttribute('visibility','visible');
      if(!tip){tip=document.createElement('div'); tip.className='tip'; f.append(tip)}
      tip.hidden=false; tip.textContent=rows[i].map((v,k)=>k?heads[k]+': '+v:v).join('\n'); tip.style.left=Math.min(x/w*b.width+12,b.width-tip.offsetWidth-4)+'px'; tip.style.top='8px'});
    svg.addEventListener('pointerleave',()=>{if(tip)tip.hidden=true; line.setAttribute('visibility','hidden')});
  });
  // source <-> workflow: choosing a line or a step marks both and brings the other into sight of its own pane
  const within=(pane,e)=>{ if(!pane||!e) return; const p=pane.getBoundingClientRect(), r=e.getBoundingClientRect();
    if(r.top<p.top||r.bottom>p.bottom) pane.scrollTop+=r.top-p.top-pane.clientHeight/3 };
  const link=id=>{ $$('[data-step]').forEach(e=>e.classList.toggle('on',e.dataset.step===id));
    const step=document.getElementById('step-'+id); if(!step) return;
    for(let d=step.closest('details');d;d=d.parentElement.closest('details')) d.open=true;
    within(step.closest('.graph'),step); within($('.code'),$('.code tr.on'));
    say('Selected step '+id+': '+($('b',step)||step).textContent) };
  $$('a[data-go]').forEach(a=>a.addEventListener('click',e=>{ e.preventDefault(); history.replaceState(null,'',a.getAttribute('href')); link(a.dataset.go) }));
  const at=/^#step-(.+)$/.exec(decodeURIComponent(location.hash)); if(at) link(at[1]);
  $$('[data-folds]').forEach(e=>e.hidden=!$('.br'));
  $$('[data-fold]').forEach(b=>b.addEventListener('click',()=>{ const open=b.dataset.fold==='open'; $$('.br').forEach(d=>d.open=open); say(open?'All branches unfolded':'All branches folded') }));
  // a link into a folded part opens it
  const unfold=()=>{ const e=location.hash.length>1&&document.getElementById(decodeURIComponent(location.hash.slice(1))); for(let d=e&&e.closest('details');d;d=d.parentElement.closest('details')) d.open=true };
  addEventListener('hashchange',unfold); unfold();
  // review queue keys: only while the focus is inside the review area, and never while typing; each has a visible control
  const rev=$('.rev'); if(rev) rev.addEventListener('keydown',e=>{ if(e.ctrlKey||e.metaKey||e.altKey||/INPUT|TEXTAREA|SELECT/.test(e.target.tagName)&&e.target.type!=='radio') return;
    const list=$$('.q a'), i=list.findIndex(a=>a.hasAttribute('aria-current'));
    if(e.key==='j'||e.key==='k'){ const n=list[i+(e.key==='j'?1:-1)]; if(n) location.assign(n.href); e.preventDefault() }
    const m={a:'accept',c:'change',r:'reject'}[e.key]; if(m){ const r=$(`.decide input[value=${m}]`); if(r){ r.checked=true; (m==='accept'?r:$('#why')).focus(); e.preventDefault() } } });
  if(rev){ const q=$('.q',rev); within(q,$('a[aria-current]',q)); if(location.hash==='#item') $('#item').focus({preventScroll:true}) }
  addEventListener('keydown',e=>{ if(e.key==='/'&&!/INPUT|TEXTAREA|SELECT/.test(e.target.tagName)){const s=$('.search input'); if(s){s.focus(); e.preventDefault()}} });

  // live progress: every event holds the same fragment that the plain page shows
  const box=$('[data-events]'); let told=0;
  const put=html=>{ const had=document.activeElement&&box.contains(document.activeElement)?document.activeElement.id:'';
    const t=new DOMParser().parseFromString(html,'text/html'); box.replaceChildren(...t.body.childNodes);
    const again=had&&document.getElementById(had); if(again) again.focus({preventScroll:true}) };
  const progress=()=>{ const p=$('[role=progressbar]',box); return p?p.getAttribute('aria-valuetext'):'' };
  const poll=async()=>{ try{ const r=await fetch(box.dataset.poll); if(!r.ok) return; put(await r.text()); if(r.headers.get('x-running')==='yes') setTimeout(poll,1000); else say('Import finished: '+progress()) } catch(_){ setTimeout(poll,3000) } };
  if(box&&window.EventSource){
    const source=new EventSource(box.dataset.events);
    source.addEventListener('jobs',e=>{ put(e.data); if(Date.now()-told>8000){ told=Date.now(); say(progress()) } });
    source.addEventListener('done',e=>{ source.close(); put(e.data); say('Import finished: '+progress()) });
    source.addEventListener('error',()=>{ if(source.readyState===EventSource.CLOSED) poll() });
  } else if(box) setTimeout(poll,700);

  // upload: the browser's own form, with its progress in sight; files may be dropped on it
  $$('form[data-upload]').forEach(form=>{
    const bar=$('progress',form), sent=$('[data-sent]',form), drop=$('[data-drop]',form), files=$('#fi',form);
    ['dragenter','dragover'].forEach(n=>drop.addEventListener(n,e=>{ e.preventDefault(); drop.classList.add('over') }));
    ['dragleave','drop'].forEach(n=>drop.addEventListener(n,()=>drop.classList.remove('over')));
    drop.addEventListener('drop',e=>{ e.preventDefault(); if(e.dataTransfer.files.length){ files.files=e.dataTransfer.files; say(e.dataTransfer.files.length+' files chosen') } });
    form.addEventListener('submit',e=>{ if(!$$('input[type=file]',form).some(i=>i.files.length)) return; e.preventDefault();
      const x=new XMLHttpRequest(); x.open('POST',form.action); bar.hidden=false; $('button',form).disabled=true;
      x.upload.addEventListener('progress',p=>{ if(!p.lengthComputable) return; bar.value=p.loaded/p.total*100; sent.textContent=Math.round(bar.value)+' % sent' });
      const back=text=>{ bar.hidden=true; sent.textContent=''; $('button',form).disabled=false; const t=$('#told'); t.hidden=false; $('span',t).textContent=text };
      x.addEventListener('load',()=>{ if(x.status===200) location.assign(x.responseURL); else { const t=new DOMParser().parseFromString(x.responseText,'text/html'); back(($('.head p',t)||t.body).textContent) } });
      x.addEventListener('error',()=>back('The connection broke off; nothing was kept. Try again.'));
      x.send(new FormData(form)) }) });
})();
