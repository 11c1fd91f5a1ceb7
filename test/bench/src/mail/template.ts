/** A typical marketing mail, for the platform and for the peer. */
export const subject = '{{ first_name }}, your week at {{ company }}';

const articles = ['How others plan their week', 'Three questions to ask a new lead', 'What a good reminder says'];

export const body = `<!DOCTYPE html>
<html>
<body style="font-family:sans-serif;color:#222">
<h1>Hello {{ first_name }} {{ last_name }}</h1>
<p>Here is what happened at <b>{{ company | upcase }}</b> since last Monday.</p>
{% if score > 50 %}
<p>You are among the most active people of {{ country | default: 'your country' }}: your score is {{ score }}.</p>
{% else %}
<p>There is more to find out. <a href="https://shop.example/tour?from=mail">Take the tour</a> of five minutes.</p>
{% endif %}
<table>
${articles
  .map(
    (
      title,
      number,
    ) => `<tr><td><h2><a href="https://shop.example/articles/${number}?for={{ lead_ref }}">${title}</a></h2>
<p>Some sentences that say what stands in the article, so that whoever reads the mail knows whether it is worth a click, and
how long it takes to read it to its end.</p></td></tr>`,
  )
  .join('\n')}
</table>
<p>Until next week,<br>the people of the shop</p>
</body>
</html>`;
