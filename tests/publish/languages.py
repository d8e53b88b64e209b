"""The report's chief sentences in the languages whose scripts it must set. No translator wrote them: they test type, not wording."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import NullTranslations

from trustsurvey.i18n.catalogs import Catalog
from trustsurvey.i18n.locales import Locale

KEYS = (
    "What residents said",
    "How the figures were made",
    "Trust in the local police stands at %(value)s out of 100.",
    "%(confidence)s interval %(interval)s; %(answers)s answers, effective %(effective)s.",
    "Residents chose to answer; they were not drawn by lot. Intervals state the precision under the weighting model. "
    "They do not cover people who would never answer.",
    "A figure from fewer than %(minimum)s answers is not shown, nor any figure from which one of those could be worked out.",
    "Neighborhood",
    "Synthetic data",
    "not distinguishable",
    "The mean of the domains, each from 0 to 100, for residents who answered enough of them. Higher is more trust.",
)
TITLE = "Trust in local police"  # of the made-up release

WORDS: Mapping[str, tuple[str, ...]] = {
    "fa": (
        "آنچه ساکنان گفتند",
        "این رقم‌ها چگونه به دست آمدند",
        "اعتماد به پلیس محلی %(value)s از ۱۰۰ است.",
        "بازهٔ %(confidence)s: %(interval)s؛ %(answers)s پاسخ، مؤثر %(effective)s.",
        "ساکنان خودشان خواستند پاسخ دهند و به قید قرعه انتخاب نشدند. بازه‌ها دقت را بنا بر مدل وزن‌دهی نشان می‌دهند.",
        "رقمی که بر کمتر از %(minimum)s پاسخ استوار باشد نشان داده نمی‌شود.",
        "محله",
        "داده‌های ساختگی",
        "تمایزپذیر نیست",
        "میانگین حوزه‌ها، هر یک از ۰ تا ۱۰۰. هرچه بیشتر، اعتماد بیشتر.",
        "اعتماد به پلیس محلی",
    ),
    "am": (
        "ነዋሪዎች ምን አሉ",
        "ቁጥሮቹ እንዴት እንደተሠሩ",
        "በአካባቢው ፖሊስ ላይ ያለው እምነት ከ100 %(value)s ነው።",
        "የ%(confidence)s ክልል %(interval)s፤ %(answers)s መልሶች፣ ውጤታማ %(effective)s።",
        "ነዋሪዎች ለመመለስ የመረጡት ራሳቸው ናቸው፤ በዕጣ አልተመረጡም። ክልሎቹ በክብደት ሞዴሉ መሠረት ትክክለኛነትን ያሳያሉ።",
        "ከ%(minimum)s ያነሱ መልሶች ያሉት ቁጥር አይታይም።",
        "ሰፈር",
        "የተፈጠረ መረጃ",
        "መለየት አይቻልም",
        "የዘርፎቹ አማካይ፣ እያንዳንዱ ከ0 እስከ 100። ከፍ ያለ ማለት የበለጠ እምነት ነው።",
        "በአካባቢው ፖሊስ ላይ ያለ እምነት",
    ),
    "zh_Hans": (
        "居民怎么说",
        "这些数字是怎样得出的",
        "居民对当地警察的信任为 %(value)s 分（满分 100 分）。",
        "%(confidence)s 区间为 %(interval)s；%(answers)s 份答卷，有效数 %(effective)s。",
        "居民是自愿作答的，并非抽签选出。区间说明的是在加权模型下的精确度，不包括从不作答的人。"
        "“不显示”一词的意思是：答卷太少，可能让人认出某位居民。",
        "答卷少于 %(minimum)s 份的数字不予显示，凡能由此推算出该数字的其他数字也不予显示。",
        "社区",
        "虚构数据",
        "无法区分",
        "各领域得分的平均值，每个领域从 0 到 100。分数越高，信任越多。",
        "对当地警察的信任",
    ),
    "zh_Hant": (
        "居民怎麼說",
        "這些數字是怎樣得出的",
        "居民對當地警察的信任為 %(value)s 分（滿分 100 分）。",
        "%(confidence)s 區間為 %(interval)s；%(answers)s 份答卷，有效數 %(effective)s。",
        "居民是自願作答的，並非抽籤選出。區間說明的是在加權模型下的精確度，不包括從不作答的人。"
        "「不顯示」一詞的意思是：答卷太少，可能讓人認出某位居民。",
        "答卷少於 %(minimum)s 份的數字不予顯示，凡能由此推算出該數字的其他數字也不予顯示。",
        "社區",
        "虛構資料",
        "無法區分",
        "各領域得分的平均值，每個領域從 0 到 100。分數越高，信任越多。",
        "對當地警察的信任",
    ),
    "ko": (
        "주민들이 말한 것",
        "수치가 만들어진 방법",
        "지역 경찰에 대한 신뢰는 100점 만점에 %(value)s점입니다.",
        "%(confidence)s 구간 %(interval)s; 응답 %(answers)s건, 유효 %(effective)s건.",
        "주민들은 스스로 응답하기로 했으며 추첨으로 뽑히지 않았습니다. 구간은 가중 모형에 따른 정밀도를 나타냅니다."
        " 끝내 응답하지 않을 사람은 포함하지 않습니다.",
        "응답이 %(minimum)s건보다 적은 수치는 표시하지 않으며, 그 수치를 알아낼 수 있는 다른 수치도 표시하지 않습니다.",
        "동네",
        "가상 자료",
        "구별할 수 없음",
        "각 영역 점수의 평균이며 영역마다 0에서 100까지입니다. 높을수록 신뢰가 큽니다.",
        "지역 경찰에 대한 신뢰",
    ),
    "ru": (
        "Что сказали жители",
        "Как получены эти данные",
        "Доверие к местной полиции — %(value)s из 100.",
        "%(confidence)s-й интервал: %(interval)s; ответов: %(answers)s, эффективных: %(effective)s.",
        "Жители отвечали по своему желанию, их не выбирали жребием. Интервалы показывают точность при принятой модели взвешивания.",
        "Показатель, за которым менее %(minimum)s ответов, не приводится, как и любой другой, по которому его можно вычислить.",
        "Район",
        "Вымышленные данные",
        "различие не установлено",
        "Среднее по разделам, каждый от 0 до 100. Чем выше, тем больше доверия.",
        "Доверие к местной полиции",
    ),
    "vi": (
        "Người dân nói gì",
        "Các số liệu được tính như thế nào",
        "Mức tin cậy đối với cảnh sát địa phương là %(value)s trên 100.",
        "Khoảng %(confidence)s: %(interval)s; %(answers)s câu trả lời, số hữu hiệu %(effective)s.",
        "Người dân tự nguyện trả lời, không được chọn bằng bốc thăm. Khoảng tin cậy cho biết độ chính xác theo mô hình trọng số.",
        "Số liệu dựa trên ít hơn %(minimum)s câu trả lời không được hiển thị, cũng như mọi số liệu có thể suy ra số đó.",
        "Khu phố",
        "Dữ liệu giả lập",
        "không phân biệt được",
        "Trung bình của các lĩnh vực, mỗi lĩnh vực từ 0 đến 100. Càng cao càng tin cậy.",
        "Niềm tin vào cảnh sát địa phương",
    ),
    "hi": (
        "निवासियों ने क्या कहा",
        "ये आँकड़े कैसे बनाए गए",
        "स्थानीय पुलिस पर भरोसा 100 में से %(value)s है।",
        "%(confidence)s अंतराल %(interval)s; %(answers)s उत्तर, प्रभावी %(effective)s।",
        "निवासियों ने स्वयं उत्तर देना चुना; उन्हें लॉटरी से नहीं चुना गया। अंतराल भारांकन मॉडल के अनुसार शुद्धता बताते हैं। "
        "वे उन लोगों को शामिल नहीं करते जो कभी उत्तर नहीं देंगे।",
        "%(minimum)s से कम उत्तरों वाला आँकड़ा नहीं दिखाया जाता, न ही ऐसा कोई आँकड़ा जिससे उसका पता लगाया जा सके।",
        "मोहल्ला",
        "कृत्रिम आँकड़े",
        "अंतर स्पष्ट नहीं",
        "क्षेत्रों का औसत, प्रत्येक 0 से 100 तक। अधिक का अर्थ है अधिक भरोसा।",
        "स्थानीय पुलिस पर भरोसा",
    ),
}


class _Drafts(NullTranslations):
    """Translations out of a table; what it lacks stays English."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__()
        self._words = words

    def gettext(self, message: str) -> str:
        return self._words.get(message, message)

    def pgettext(self, context: str, message: str) -> str:
        return self._words.get(message, message)


def drafts(code: str) -> Mapping[str, str]:
    """Source sentence → sentence of the language."""
    return dict(zip((*KEYS, TITLE), WORDS[code], strict=True))


def catalog(code: str) -> Catalog:
    """A catalogue of those sentences alone."""
    return Catalog(Locale(code), _Drafts(drafts(code)))
