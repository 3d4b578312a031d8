//! Customers who write Chinese.

use plugin_kit::language::Language;

use crate::scenario::{Scenario, Topic};

const NUDGES: &[&str] = &["在吗？", "还有人吗？", "麻烦快一点好吗", "等了有一会儿了……"];
const LEAVES: &[&str] = &["算了，我打电话吧", "没人回，我先下了，晚点再说"];
const UNSURE: &[&str] = &["嗯，那接下来怎么办呢？", "不太明白，能说具体一点吗？", "那到底要怎么处理？"];
const THANKS: &[&str] = &["好的，谢谢！", "行，那就这样，麻烦你了", "好，明白了，谢谢你"];

const ADDRESS: Topic = Topic {
    asked: &["地址", "住址", "哪个小区", "门牌"],
    answers: &[
        "姑苏区桐泾路 66 号 3 幢 501",
        "园区星塘街 118 号 8 幢 1202",
        "吴中区石湖西路 21 号 2 单元 302",
    ],
};
const PHONE: Topic = Topic {
    asked: &["电话", "手机", "联系方式", "号码"],
    answers: &["15400007731", "15400004480，打这个就行", "就用 15400009906 吧"],
};

/// The scenarios.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "heater-e4",
        language: Language::Chinese,
        openings: &[
            &["热水器显示 E4，点不着火了", "昨晚还好好的"],
            &["你好，热水器打不着火，屏幕上一直闪 E4，怎么回事？"],
        ],
        topics: &[
            Topic {
                asked: &["阳台", "厨房", "装在", "位置"],
                answers: &["装在厨房外面的小阳台", "在阳台，外面就是外墙"],
            },
            Topic {
                asked: &["型号", "哪一款", "机型"],
                answers: &["JSQ30-W5，面板右下角贴着", "好像是 JSQ25-W3"],
            },
            Topic {
                asked: &["风机", "声音", "响"],
                answers: &["开水的时候会响一下，然后就停了", "一直嗡嗡响，就是不点火"],
            },
            Topic {
                asked: &["烟管", "遮挡", "鸟窝"],
                answers: &["从窗户看了，口上好像有点草", "看了，外面没东西挡着"],
            },
            Topic {
                asked: &["老人", "小孩", "孕妇"],
                answers: &["家里有个两岁的宝宝，急着洗澡", "我妈 70 了，跟我们一起住"],
            },
            ADDRESS,
            PHONE,
        ],
        settles: &["上门", "师傅", "派单", "预约", "点到", "安排"],
        least_turns: 2,
        thanks: &["好的，那我等师傅", "行，到时候家里有人，谢谢！"],
        unsure: &["那现在是不能用了吗？", "要紧吗？会不会漏气？", "那能不能今天来人看看？"],
        nudges: &["在吗？水还等着用呢", "有人吗？这个 E4 危不危险啊", "怎么没人回啊"],
        leaves: LEAVES,
        patience_s: 70,
        mood: 0,
    },
    Scenario {
        id: "washer-leak",
        language: Language::Chinese,
        openings: &[&["洗衣机漏水，地板都泡了！！"], &["洗衣机底下一直往外渗水，怎么办啊", "地板要泡坏了"]],
        topics: &[
            Topic {
                asked: &["断电", "插头", "水龙头", "关闭"],
                answers: &["插头拔了，水龙头也关了", "已经断电了"],
            },
            Topic {
                asked: &["哪里漏", "哪个位置", "什么位置", "从哪"],
                answers: &["好像是门那一圈渗出来的", "底下右边那个小门旁边"],
            },
            Topic {
                asked: &["型号", "哪款", "机型"],
                answers: &["XQG100-D6，买了两年", "滚筒的，XHG120-H8"],
            },
            Topic {
                asked: &["过滤器", "滤网", "拧紧"],
                answers: &["我看看……确实没拧紧，里面还有个硬币", "过滤器清过了，还是漏"],
            },
            ADDRESS,
            PHONE,
        ],
        settles: &["上门", "师傅", "预约", "安排", "检修", "不再漏"],
        least_turns: 2,
        thanks: &["好，那先这样，麻烦尽快", "谢谢，我先把水擦干"],
        unsure: &["那地板泡了怎么办？", "现在还能用吗？", "你倒是告诉我先做什么啊"],
        nudges: &["水还在流！", "有没有人啊！！", "急！！！"],
        leaves: &["算了我找楼下师傅了", "太慢了，我打热线"],
        patience_s: 45,
        mood: -1,
    },
    Scenario {
        id: "invoice",
        language: Language::Chinese,
        openings: &[&["请问电子发票在哪里看？"], &["你好，发票抬头开错了，能重开吗？"]],
        topics: &[
            Topic { asked: &["订单号", "订单", "哪一笔"], answers: &["D31902", "订单号 D31764"] },
            Topic {
                asked: &["抬头", "公司名", "单位"],
                answers: &["抬头是苏州云杉设计有限公司", "个人就行，写我名字"],
            },
            Topic {
                asked: &["税号", "识别号"],
                answers: &["91320505MA1SAMPLE", "税号我发你：91320505MA1SAMPLE"],
            },
            Topic {
                asked: &["邮箱", "发到哪", "邮件"],
                answers: &["发到 caiwu@example.com", "yunshan@example.com"],
            },
        ],
        settles: &["重开", "已开", "发送", "工作日", "小时内", "查收"],
        least_turns: 2,
        thanks: THANKS,
        unsure: &["那我要等多久？", "这个月能报销吗？"],
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 120,
        mood: 1,
    },
    Scenario {
        id: "aircon-cleaning",
        language: Language::Chinese,
        openings: &[&["想预约空调清洗，两台挂机一台柜机"], &["空调清洗怎么收费？周末能来吗"]],
        topics: &[
            Topic {
                asked: &["几台", "多少台", "挂机", "柜机"],
                answers: &["两台挂机，客厅一台柜机", "就卧室一台挂机"],
            },
            Topic {
                asked: &["时间", "哪天", "什么时候", "方便"],
                answers: &["周六上午可以吗？", "明天下午三点以后我都在家"],
            },
            Topic { asked: &["型号"], answers: &["KFR-35GW/Q3 两台，柜机不记得了"] },
            Topic { asked: &["会员", "金卡", "银卡"], answers: &["我好像是银卡"] },
            ADDRESS,
            PHONE,
        ],
        settles: &["预约好", "已预约", "登记", "安排", "确认", "约好"],
        least_turns: 2,
        thanks: &["好的，就这个时间，谢谢", "可以，麻烦师傅带个梯子"],
        unsure: &["一共多少钱？", "要自己准备什么吗？"],
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 110,
        mood: 1,
    },
    Scenario {
        id: "trade-in",
        language: Language::Chinese,
        openings: &[&["以旧换新补贴怎么算？"], &["家里热水器用了九年了，换新的能补多少？"]],
        topics: &[
            Topic {
                asked: &["品牌", "旧机", "哪个牌子"],
                answers: &["旧的也是你们家的，JSQ30-W5", "别的牌子，10 升的"],
            },
            Topic { asked: &["几年", "多久", "年限"], answers: &["17 年买的，九年了"] },
            Topic { asked: &["人", "几口", "水量"], answers: &["四口人，两个卫生间"] },
            Topic { asked: &["预算", "价位"], answers: &["四五千以内吧"] },
            ADDRESS,
            PHONE,
        ],
        settles: &["补贴", "20%", "10%", "评估", "预约", "上门"],
        least_turns: 2,
        thanks: &["听着还行，那先让师傅来评估一下", "好，我跟家里商量一下，谢谢"],
        unsure: &["旧机器是你们拉走吗？", "能和双十二的活动一起用吗？"],
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 120,
        mood: 0,
    },
    Scenario {
        id: "late-technician",
        language: Language::Chinese,
        openings: &[
            &["说好上午来，现在都几点了？", "我请了半天假专门等的"],
            &["师傅迟到一个多小时，电话也不打一个，什么服务？"],
        ],
        topics: &[
            Topic {
                asked: &["单号", "工单", "预约号"], answers: &["R-20877", "短信上写的 R-20865"]
            },
            Topic {
                asked: &["几点", "约的", "预约时间", "时段"], answers: &["约的 10 点到 12 点"]
            },
            Topic {
                asked: &["联系过", "打过电话", "师傅电话"], answers: &["打了两遍没人接"]
            },
            PHONE,
        ],
        settles: &["点前", "点到", "分钟", "改约", "赠送", "补偿", "联系师傅"],
        least_turns: 1,
        thanks: &["行吧，再晚我就投诉了", "好，我再等等，别再晚了"],
        unsure: &["所以到底几点来？", "你们每次都说尽快，尽快是多久？", "别绕圈子，给个准话"],
        nudges: &["人呢？", "又不理人了？", "我要投诉"],
        leaves: &["不等了，直接投诉", "算了，我去消协反映"],
        patience_s: 50,
        mood: -2,
    },
    Scenario {
        id: "return-7-days",
        language: Language::Chinese,
        openings: &[&["刚收到的洗衣机不想要了，能退吗？"], &["你好，买了三天，尺寸放不下，想退货"]],
        topics: &[
            Topic { asked: &["订单"], answers: &["D32011", "订单 D31988，三天前签收的"] },
            Topic {
                asked: &["安装", "使用过", "拆封", "拆"],
                answers: &["还没装，箱子拆了看了一眼", "没装也没用，原箱都在"],
            },
            Topic {
                asked: &["原因", "为什么", "问题"], answers: &["洗手间门太窄进不去", "颜色和家里不搭"]
            },
            Topic { asked: &["收到", "签收", "哪天"], answers: &["前天签收的"] },
            ADDRESS,
            PHONE,
        ],
        settles: &["退货", "取件", "退款", "申请", "原路"],
        least_turns: 2,
        thanks: THANKS,
        unsure: &["运费谁出？", "钱什么时候退回来？"],
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 100,
        mood: 0,
    },
    Scenario {
        id: "wrong-delivery",
        language: Language::Chinese,
        openings: &[&["送错货了！我买的是 1.5 匹，送来的是 1 匹"], &["收到的空调型号不对，怎么处理？"]],
        topics: &[
            Topic { asked: &["订单"], answers: &["D32044"] },
            Topic {
                asked: &["照片", "铭牌", "型号"],
                answers: &["箱子上写的 KFR-26GW/Q3，我买的 KFR-35GW/Q3"],
            },
            Topic { asked: &["拆", "安装"], answers: &["没拆，师傅一看不对就没装"] },
            Topic { asked: &["时间", "方便", "在家"], answers: &["明天全天都在"] },
            ADDRESS,
            PHONE,
        ],
        settles: &["换货", "重新发", "补发", "安排", "取回", "明天"],
        least_turns: 2,
        thanks: &["好，那我等换的过来", "谢谢，送之前打个电话"],
        unsure: &["那安装师傅白跑一趟算谁的？", "要等几天？"],
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 90,
        mood: -1,
    },
    Scenario {
        id: "washer-new-noise",
        language: Language::Chinese,
        openings: &[&["新洗衣机脱水像拖拉机一样，正常吗？"], &["脱水的时候整台机器在走，吓人"]],
        topics: &[
            Topic {
                asked: &["螺栓", "螺丝", "运输"],
                answers: &["什么螺栓？没拆过", "说明书上的四颗？好像没拆"],
            },
            Topic { asked: &["放平", "四脚", "地面"], answers: &["有一个脚悬着"] },
            Topic { asked: &["型号"], answers: &["XQG100-D6"] },
            Topic { asked: &["衣服", "衣物", "洗了什么"], answers: &["就洗了一条被套"] },
        ],
        settles: &["拆掉", "拆除", "调平", "再试", "上门", "师傅"],
        least_turns: 1,
        thanks: &["拆了，真的好了！谢谢", "好，我先试试，不行再找你"],
        unsure: UNSURE,
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 110,
        mood: 0,
    },
];
