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
  // code <-> graph linking (click, keyboard or #hash)
  const link=id=>{ $$('[data-step]').forEach(e=>e.classList.toggle('on',e.dataset.step===id)); const t=$(`.graph [data-step="${id}"]`); if(t){const n=t.getAttribute('aria-label')||''; say('Selected '+n)} };
  $$('a[data-go]').forEach(a=>a.addEventListener('click',()=>link(a.dataset.go)));
  // review queue keys (off while typing; each also has a visible button)
  const rev=$('.rev'); if(rev) rev.addEventListener('keydown',e=>{ if(e.ctrlKey||e.metaKey||e.altKey||/INPUT|TEXTAREA|SELECT/.test(e.target.tagName)&&e.target.type!=='radio') return;
    const list=$$('.q a'), i=list.findIndex(a=>a.hasAttribute('aria-current'));
    if(e.key==='j'||e.key==='k'){const n=list[i+(e.key==='j'?1:-1)]; if(n){list[i].removeAttribute('aria-current'); n.setAttribute('aria-current','true'); n.focus(); n.scrollIntoView({block:'nearest'})} e.preventDefault()}
    const m={a:'accept',c:'change',r:'reject'}[e.key]; if(m){const r=$(`input[value=${m}]`); if(r){r.checked=true; r.focus(); e.preventDefault()}} });
  addEventListener('keydown',e=>{ if(e.key==='/'&&!/INPUT|TEXTAREA|SELECT/.test(e.target.tagName)){const s=$('.search input'); if(s){s.focus(); e.preventDefault()}} });
})();
// live progress: the same fragment that the plain page shows, fetched while a job runs
(()=>{
  const box=document.querySelector('[data-poll]'); if(!box) return;
  const tick=async()=>{ try{ const r=await fetch(box.dataset.poll,{headers:{accept:'text/html'}}); if(!r.ok) return;
      const t=new DOMParser().parseFromString(await r.text(),'text/html'); box.replaceChildren(...t.body.childNodes);
      if(r.headers.get('x-running')==='yes') setTimeout(tick,1000); else { const l=document.querySelector('#live'); if(l) l.textContent='Import finished'; } }
    catch(_){ setTimeout(tick,3000) } };
  setTimeout(tick,700);
})();
